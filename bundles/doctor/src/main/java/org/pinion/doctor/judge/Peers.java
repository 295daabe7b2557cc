package org.pinion.doctor.judge;

import java.util.List;
import java.util.stream.Collectors;
import org.pinion.api.BarExport;

/** Which of a device's BARs other devices reach, as a backend has found out. */
public final class Peers {

    private Peers() {}

    /**
     * @param bars a device's BARs
     * @return half a sentence with a semicolon before it; empty if the backend has not asked for any
     */
    public static String of(List<BarExport> bars) {
        List<BarExport> reached = bars.stream().filter(bar -> !bar.areas().isEmpty()).toList();
        if (!reached.isEmpty()) {
            return "; other devices can reach its " + reached.stream()
                    .map(bar -> "BAR %d (%s)".formatted(bar.bar(), Words.size(bar.size())))
                    .collect(Collectors.joining(", "));
        }
        return bars.isEmpty() ? "" : "; other devices cannot reach its BARs: " + bars.getLast().obstacle();
    }
}
