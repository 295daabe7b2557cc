package org.pinion.shell.report;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.pinion.api.AddressRange;
import org.pinion.api.Decision;
import org.pinion.api.DeviceLimits;
import org.pinion.api.Forecast;
import org.pinion.api.IommuFacts;
import org.pinion.api.Mapping;

/**
 * A forecast, for people and for programs.
 *
 * @param backend the backend that was asked
 * @param kernel the kernel it talks to
 * @param forecast what would happen
 */
public record ForecastReport(String backend, String kernel, Forecast forecast) {

    /**
     * Addresses that devices would lose, all for one cause.
     *
     * @param range the addresses
     * @param decision what the plan with the device says of them
     */
    private record Loss(AddressRange range, Decision decision) {}

    /** {@return the forecast as text, ended by a newline} */
    public String text() {
        Columns head = new Columns();
        head.row("plug", forecast.plug());
        head.row("beside", others().isEmpty() ? "no device" : String.join(", ", others()));
        head.row("IOMMU", IommuWords.text(iommu()));
        head.row("policy", String.join("+", forecast.plan().policies()));
        head.row("backend", backend);
        head.row("kernel", kernel);
        head.row("answer", forecast.accepted() ? "it would be attached" : "it would be refused, and nothing changed");
        ApartReport.rows(head, forecast.plan().limits());
        Columns sums = new Columns();
        sums.row("unmapped", sum(forecast.unmapped()));
        sums.row("mapped", sum(forecast.mapped()));
        sums.row("kept", Sizes.of(forecast.keptBytes()), remapped());
        sums.row("pinned anew", Sizes.of(forecast.newlyPinnedBytes()), memlock());
        forecast.budget().entries().ifPresent(left -> sums.row(
                "entries", Long.toString(forecast.entries()), "of %d more that the kernel takes".formatted(left)));
        return head.text() + losses() + "\n" + sums.text();
    }

    private String remapped() {
        return forecast.remappedBytes() == 0
                ? ""
                : Sizes.of(forecast.remappedBytes()) + " of it unmapped for a moment and mapped again";
    }

    private IommuFacts iommu() {
        return forecast.plan().limits().devices().stream()
                .filter(device -> device.device().equals(forecast.plug()))
                .map(DeviceLimits::iommu)
                .findFirst()
                .orElse(IommuFacts.UNKNOWN);
    }

    private String losses() {
        List<Loss> losses = lost();
        RangeColumn column = new RangeColumn(losses.stream().map(Loss::range).toList());
        Columns rows = new Columns();
        for (Loss loss : losses) {
            rows.row(column.range(loss.range()), column.size(loss.range()),
                    "lost: " + loss.decision().section().name());
            rows.line("    " + loss.decision().rule() + ": " + loss.decision().reason());
        }
        return losses.isEmpty() ? "" : "\n" + rows.text();
    }

    private String memlock() {
        OptionalLong available = forecast.budget().pinnable();
        return available.isEmpty()
                ? "no limit on locked memory is known"
                : "of %s that the limit on locked memory leaves".formatted(Sizes.of(available.getAsLong()));
    }

    private static String sum(List<Mapping> mappings) {
        return mappings.isEmpty()
                ? "nothing"
                : Sizes.sum(mappings.stream().map(Mapping::range)) + " in " + mappings.size()
                        + (mappings.size() == 1 ? " range" : " ranges");
    }

    /** {@return the forecast as an object of JSON} */
    public Map<String, Object> json() {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("plug", forecast.plug());
        object.put("devices", others());
        object.put("iommu", IommuWords.json(iommu()));
        object.put("policy", String.join("+", forecast.plan().policies()));
        object.put("backend", backend);
        object.put("kernel", kernel);
        object.put("accepted", forecast.accepted());
        ApartReport.json(object, forecast.plan().limits());
        object.put("unmapped", forecast.unmapped().stream().map(PlanJson::mapping).toList());
        object.put("mapped", forecast.mapped().stream().map(PlanJson::mapping).toList());
        object.put("lost", lost().stream().map(ForecastReport::loss).toList());
        object.put("refused", forecast.plan().refusals().stream().map(PlanJson::refused).toList());
        object.put("bytesKept", forecast.keptBytes());
        object.put("bytesRemapped", forecast.remappedBytes());
        object.put("bytesPinned", forecast.newlyPinnedBytes());
        object.put("memlock", budget());
        object.put("entriesNeeded", Math.max(0, forecast.entries()));
        put(object, "entries", forecast.budget().entries());
        return object;
    }

    private Map<String, Object> budget() {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("needed", Math.max(0, forecast.newlyPinnedBytes() - forecast.unpinnedBytes()));
        put(object, "available", forecast.budget().pinnable());
        put(object, "limit", forecast.budget().memlock());
        return object;
    }

    /** What is not limited, or not known to be, has no number. */
    private static void put(Map<String, Object> object, String key, OptionalLong value) {
        value.ifPresent(number -> object.put(key, number));
    }

    private static Map<String, Object> loss(Loss loss) {
        Map<String, Object> object = PlanJson.range(loss.range());
        object.put("section", loss.decision().section().name());
        object.put("outcome", PlanJson.outcome(loss.decision()));
        object.put("rule", loss.decision().rule());
        object.put("reason", loss.decision().reason());
        return object;
    }

    private List<String> others() {
        return forecast.plan().limits().devices().stream()
                .map(DeviceLimits::device)
                .filter(device -> !device.equals(forecast.plug()))
                .toList();
    }

    /** What is mapped now and would not be then, with the reason of each part. Both lists are sorted. */
    private List<Loss> lost() {
        List<Loss> lost = new ArrayList<>();
        List<Decision> decisions = forecast.plan().decisions();
        int first = 0;
        for (AddressRange gone : ranges(forecast.unmapped())) {
            while (first < decisions.size()
                    && Long.compareUnsigned(decisions.get(first).range().last(), gone.start()) < 0) {
                first++;
            }
            for (int i = first; i < decisions.size() && decisions.get(i).range().overlaps(gone); i++) {
                Decision decision = decisions.get(i);
                if (decision.mapping().isEmpty()) {
                    lost.add(new Loss(decision.range().intersect(gone).orElseThrow(), decision));
                }
            }
        }
        return lost;
    }

    private static List<AddressRange> ranges(Collection<Mapping> mappings) {
        return mappings.stream().map(Mapping::range).sorted().toList();
    }
}
