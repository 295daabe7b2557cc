package org.pinion.doctor;

import java.util.List;
import org.pinion.api.AddressSpace;
import org.pinion.api.DmaService;
import org.pinion.api.FlatView;
import org.pinion.api.IommuException;
import org.pinion.api.IovaLimits;
import org.pinion.api.SpaceOptions;
import org.pinion.api.runtime.Finding;
import org.pinion.api.runtime.Finding.Level;
import org.pinion.doctor.judge.Peers;

/** Asks a backend for the limits of a device that nobody uses: the kernel refuses to open one that is in use. */
final class LimitsQuery {

    private static final String ID = "device.limits";

    private final DmaService dma;
    private final String backend;

    LimitsQuery(DmaService dma, String backend) {
        this.dma = dma;
        this.backend = backend;
    }

    Finding ask(String device) {
        SpaceOptions options = new SpaceOptions("pinion doctor " + device, backend, List.of("strict"));
        try (AddressSpace space = dma.open(options)) {
            IovaLimits limits = space.preview(FlatView.EMPTY, List.of(device)).limits();
            return finding(Level.OK, device, "usable IO addresses " + limits.usable() + ", alignment "
                    + limits.alignment() + " (asked through backend " + backend + ")"
                    + Peers.of(limits.devices().getFirst().bars()));
        } catch (IommuException refusal) {
            return new Finding(ID, Level.WARNING, device, refusal.getMessage(), "",
                    "the device could not be asked for its limits: attaching it would fail the same way",
                    refusal.remedy(), List.of());
        }
    }

    static Finding notAsked(String device, String why) {
        return finding(Level.INFO, device, "its usable IO addresses were not asked for: " + why);
    }

    static boolean refused(Finding limits) {
        return limits.level() == Level.WARNING;
    }

    /** What the files say is in order, and the kernel refuses every device all the same. */
    static Finding allRefused(Finding first) {
        return new Finding("devices.none-ready", Level.PROBLEM, "devices", "the kernel refuses every device, such as "
                + first.subject() + ": " + first.found(), "", "", first.remedy(), List.of());
    }

    private static Finding finding(Level level, String device, String found) {
        return new Finding(ID, level, device, found, "", "", "", List.of());
    }
}
