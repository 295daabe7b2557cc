package org.pinion.core.space;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.pinion.api.Decision;
import org.pinion.api.Explanation;
import org.pinion.api.Mapping;
import org.pinion.api.RangeList;
import org.pinion.api.SpaceSnapshot;
import org.pinion.api.Trait;

/** Answers why a device can or cannot reach an address, from what is published alone. */
final class Explainer {

    private Explainer() {}

    static Explanation explain(SpaceSnapshot snapshot, List<Mapping> doubtful, long address) {
        Optional<Decision> decision = snapshot.plan().at(address);
        Optional<Mapping> installed = snapshot.table().at(address);
        Optional<String> forbiddenBy = snapshot.plan().limits().whyUnusable(address);
        List<String> sentences = new ArrayList<>();
        sentences.add(installed.map(mapping -> reached(address, mapping))
                .orElseGet(() -> notMapped(address, doubtful)));
        sentences.add(decision.map(Explainer::decided)
                .orElseGet(() -> "no section of flat view '%s' shows at 0x%x"
                        .formatted(snapshot.plan().view().name(), address)));
        decision.map(Decision::remedy).filter(remedy -> !remedy.isEmpty()).ifPresent(remedy ->
                sentences.add("what can be done: " + remedy));
        snapshot.plan().limits().apart().stream()
                .filter(device -> installed.isPresent() && !device.limits().usable().contains(address))
                .forEach(device -> sentences.add("but not " + device.sentence()));
        forbiddenBy.ifPresent(by -> sentences.add("0x%x is %s".formatted(address, by)));
        RangeList.copyOf(snapshot.missing()).at(address).ifPresent(missing ->
                sentences.add("the plan maps it, but the kernel does not hold it since a change could not be undone; "
                        + "the next successful commit maps it"));
        decision.ifPresent(found -> found.traits().forEach(trait -> sentences.add(said(trait))));
        return new Explanation(address, decision, installed, forbiddenBy, sentences);
    }

    private static String reached(long address, Mapping mapping) {
        return "a device reaches 0x%x (%s, by %s): %s, in the mapping of %s"
                .formatted(
                        address,
                        mapping.access().symbol(),
                        mapping.route().symbol(),
                        mapping.backing().advance(address - mapping.range().start()),
                        mapping.range());
    }

    private static String notMapped(long address, List<Mapping> doubtful) {
        return doubtful.stream()
                .filter(mapping -> mapping.range().contains(address))
                .findFirst()
                .map(mapping -> ("a device may still reach 0x%x: removing the mapping of %s failed; the next successful"
                                + " commit removes it")
                        .formatted(address, mapping.range()))
                .orElseGet(() -> "no device can reach 0x%x: it is not mapped".formatted(address));
    }

    private static String decided(Decision decision) {
        String what =
                switch (decision.outcome()) {
                    case MAP -> "is mapped";
                    case SKIP -> "is left out";
                    case TRIM -> "is trimmed off";
                    case CARVE -> "is carved out";
                    case REFUSE -> "is refused";
                };
        return "%s of section %s %s by rule %s: %s"
                .formatted(decision.range(), decision.section(), what, decision.rule(), decision.reason());
    }

    private static String said(Trait trait) {
        return "classifier '%s' says %s of %s: %s"
                .formatted(trait.by(), trait.label(), trait.range(), trait.evidence());
    }
}
