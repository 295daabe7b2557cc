package org.pinion.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RefusedExceptionTest {

    private static Plan planWithRefusals(int count) {
        List<Decision> decisions = new ArrayList<>();
        List<Section> sections = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Section section = Section.ram(AddressRange.ofSize(i * 0x1000L, 0x1000), Backing.NONE, "ram" + i);
            sections.add(section);
            decisions.add(new Decision(
                    section.range(),
                    section,
                    Decision.Outcome.REFUSE,
                    "p/no",
                    "no to " + section.name(),
                    "ask p about " + section.name(),
                    List.of(),
                    Optional.empty()));
        }
        return new Plan(FlatView.of("v", sections), IovaLimits.intersect(4096, List.of()), List.of("p"), decisions);
    }

    @Test
    void saysWhatIsRefusedByWhichRuleAndWhatToDo() {
        RefusedException refused = new RefusedException("attach d", planWithRefusals(2));

        assertThat(refused)
                .hasMessage("attach d: no to ram0 [p/no]; no to ram1 [p/no]; "
                        + "remedy: ask p about ram0; ask p about ram1");
        assertThat(refused.range()).contains(new AddressRange(0, 0xfff));
    }

    @Test
    void staysReadableHoweverManyRefusalsThereAre() {
        RefusedException refused = new RefusedException("commit", planWithRefusals(10_000));

        assertThat(refused.getMessage()).hasSizeLessThan(1_000).contains("and 9992 more");
        assertThat(refused.plan().refusals()).hasSize(10_000);
    }
}
