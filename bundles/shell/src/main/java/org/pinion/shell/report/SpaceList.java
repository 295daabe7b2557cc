package org.pinion.shell.report;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.pinion.api.HostDevice;
import org.pinion.api.SpaceSnapshot;

/** The open address spaces. */
public final class SpaceList {

    private SpaceList() {}

    /**
     * @param spaces snapshots, sorted by name
     * @return a headed table for people
     */
    public static String text(List<SpaceSnapshot> spaces) {
        Columns rows = new Columns();
        rows.row("space", "state", "version", "backend", "policy", "mappings", "mapped", "pinned", "devices");
        for (SpaceSnapshot space : spaces) {
            rows.row(space.options().name(), space.state().name().toLowerCase(Locale.ROOT),
                    Long.toString(space.version()), space.options().backend(),
                    String.join("+", space.options().policies()), Long.toString(space.ledger().mappings()),
                    Sizes.of(space.ledger().mappedBytes()), Sizes.of(space.ledger().pinnedBytes()), devices(space));
        }
        return rows.text();
    }

    private static String devices(SpaceSnapshot space) {
        return space.devices().isEmpty()
                ? "-"
                : space.devices().stream()
                        .map(HostDevice::address)
                        .map(device -> space.plan().limits().apart(device).isPresent() ? device + " (apart)" : device)
                        .collect(Collectors.joining(","));
    }
}
