package org.pinion.shell.report;

import java.util.List;
import org.pinion.api.Decision;
import org.pinion.api.Pending;
import org.pinion.api.SpaceSnapshot;

/** What somebody must see to, space by space. */
public final class PendingList {

    private static final int REFUSALS_NAMED = 20;

    private PendingList() {}

    /**
     * @param spaces snapshots, sorted by name
     * @return a paragraph for each space that waits for something; empty if none does
     */
    public static String text(List<SpaceSnapshot> spaces) {
        StringBuilder text = new StringBuilder();
        for (SpaceSnapshot space : spaces) {
            if (!space.backendAway().isEmpty()) {
                text.append(space.options().name()).append(": ").append(space.backendAway()).append('\n');
            }
            space.pending().ifPresent(pending -> append(space.options().name(), pending, text));
        }
        return text.toString();
    }

    private static void append(String space, Pending pending, StringBuilder text) {
        text.append("%s: %s%n    %s%n".formatted(space, pending.cause(), pending.reason()));
        List<Decision> refusals = pending.plan().map(plan -> plan.refusals()).orElse(List.of());
        refusals.stream()
                .limit(REFUSALS_NAMED)
                .forEach(refusal -> text.append("    %s %s [%s]%n"
                        .formatted(refusal.range(), refusal.section().name(), refusal.rule())));
        if (refusals.size() > REFUSALS_NAMED) {
            text.append("    and %d more%n".formatted(refusals.size() - REFUSALS_NAMED));
        }
    }
}
