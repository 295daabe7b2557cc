package org.pinion.policy.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.pinion.api.Access;
import org.pinion.api.AddressRange;
import org.pinion.api.Backing;
import org.pinion.api.BarExport;
import org.pinion.api.DeviceLimits;
import org.pinion.api.RangeSet;
import org.pinion.api.Route;
import org.pinion.api.Section;
import org.pinion.api.SectionKind;
import org.pinion.spi.policy.Candidate;
import org.pinion.spi.policy.Candidate.Planning;
import org.pinion.spi.policy.Conflict;
import org.pinion.spi.policy.Verdict;

class RulesPolicyTest {

    private static final Candidate HIGH = Parts.part(0x100000, 0x1fffff, SectionKind.RAM, "gup-able");
    private static final Conflict MSI = new Conflict(new AddressRange(0x100000, 0x1fffff), "reserved (msi) by x");

    private static RulesPolicy policy(Object... more) throws WrongRulesException {
        return new RulesPolicy(RuleSetReader.read(Given.house(more)));
    }

    @Test
    void theFirstRuleThatAppliesDecides() throws WrongRulesException {
        Candidate low = Parts.part(0, 0xfff, SectionKind.RAM, "gup-able");
        assertThat(policy().decide(low).rule()).isEqualTo("low");
        assertThat(policy("rules", "ram,low").decide(low).rule()).isEqualTo("ram");
    }

    @Test
    void aRuleSaysAccessRoutesAndWhy() throws WrongRulesException {
        assertThat(policy("ram.access", "r", "ram.route", "file").decide(HIGH))
                .isEqualTo(Verdict.map(Access.READ, Set.of(Route.FILE), "ram", "ordinary memory"));
        assertThat(policy("low.when", "(kind=*)", "low.remedy", "ask").decide(HIGH).remedy()).isEqualTo("ask");
        assertThat(policy("low.when", "(kind=*)", "low.verdict", "refuse").decide(HIGH).outcome())
                .isEqualTo(Verdict.Outcome.REFUSE);
    }

    @Test
    void whatNoRuleAppliesToIsSkippedUnlessTheRulesSayOtherwise() throws WrongRulesException {
        Candidate rom = Parts.part(0x100000, 0x1fffff, SectionKind.ROM);
        assertThat(policy().decide(rom))
                .isEqualTo(Verdict.skip("otherwise", "no rule of 'house' applies to it"));
        assertThat(policy("otherwise", "map").decide(rom).outcome()).isEqualTo(Verdict.Outcome.MAP);
        assertThat(policy("otherwise", "refuse").decide(rom).remedy()).isEqualTo("add a rule for it");
    }

    @Test
    void noRuleGivesMoreThanTheSectionHas() throws WrongRulesException {
        Candidate marked = Parts.part(0x100000, 0x1fffff, SectionKind.RAM, "gup-able", "read-only");
        assertThat(policy().decide(marked).access()).isEqualTo(Access.READ);
        Candidate rom = Parts.part(0x100000, 0x1fffff, SectionKind.ROM);
        assertThat(policy("otherwise", "map").decide(rom).access()).isEqualTo(Access.READ);
        AddressRange range = new AddressRange(0x100000, 0x1fffff);
        Section readOnly = new Section(range, SectionKind.RAM, Parts.RAM, Access.READ, "x", "", Map.of());
        Candidate owned = new Candidate(range, readOnly, HIGH.traits(), HIGH.planning());
        assertThat(policy().decide(owned).access()).isEqualTo(Access.READ);
    }

    @Test
    void aBarIsMappedAsItsDeviceGivesItOrNotAtAll() throws WrongRulesException {
        RulesPolicy all = policy("ram.when", "(kind=ramd)");
        assertThat(all.decide(bar(Set.of(Route.USER), ""))).isEqualTo(Verdict.skip("ram", "ordinary memory, but it is a BAR:"
                + " iommufd takes no dma-buf"));
        assertThat(all.decide(bar(Set.of(Route.USER, Route.DMA_BUF), "")).routes())
                .containsExactlyInAnyOrder(Route.DMA_BUF, Route.FILE);
        RulesPolicy byFile = policy("ram.when", "(kind=ramd)", "ram.route", "file");
        assertThat(byFile.decide(bar(Set.of(Route.USER, Route.DMA_BUF), "")).reason())
                .isEqualTo("ordinary memory, but it is a BAR: the rule allows neither dma-buf nor user");
    }

    private static Candidate bar(Set<Route> offered, String missing) {
        AddressRange range = new AddressRange(0x100000, 0x1fffff);
        Backing backing = new Backing.DeviceBar("0000:00:12.0", 2, 0);
        Section section = new Section(range, SectionKind.RAM_DEVICE, backing, Access.READ_WRITE, "bar", "", Map.of());
        BarExport export = new BarExport(2, 0x100000, RangeSet.of(new AddressRange(0, 0xfffff)), "");
        DeviceLimits limits =
                new DeviceLimits("0000:00:12.0", RangeSet.ALL, 0x1000, List.of(), List.of(export));
        return new Candidate(
                range, section, List.of(), new Planning("iommufd", offered, missing, 0x1000, List.of(limits)));
    }

    @Test
    void aConflictIsDecidedAsTheRuleSaysOrAsUsual() throws WrongRulesException {
        Verdict usual = Conflict.verdict(HIGH, MSI);
        assertThat(policy().conflict(HIGH, MSI)).isEqualTo(usual);
        assertThat(policy("ram.conflict", "carve").conflict(HIGH, MSI)).isEqualTo(Verdict.skip("ram", usual.reason()));
        assertThat(policy("ram.conflict", "apart").conflict(HIGH, MSI).outcome()).isEqualTo(Verdict.Outcome.APART);
        assertThat(policy("ram.conflict", "refuse").conflict(HIGH, MSI)).isEqualTo(Verdict.refuse("ram", usual.reason(),
                "keep the guest's memory out of 0x100000-0x1fffff, or leave the device out"));
        assertThat(policy("ram.conflict", "refuse", "ram.remedy", "move it").conflict(HIGH, MSI).remedy())
                .isEqualTo("move it");
    }

    @Test
    void onlyRulesThatAskForDevicesLookAtThem() throws WrongRulesException {
        assertThat(policy().looksAtDevices()).isFalse();
        RulesPolicy picky = policy("ram.when", "(&(kind=ram)(device=0000:00:10.0))");
        assertThat(picky.looksAtDevices()).isTrue();
        AddressRange range = new AddressRange(0x100000, 0x1fffff);
        Candidate attached =
                Parts.part(range, SectionKind.RAM, Parts.RAM, "pc.ram", "", List.of("0000:00:10.0"), "gup-able");
        assertThat(picky.decide(attached).rule()).isEqualTo("ram");
        assertThat(picky.decide(HIGH).rule()).isEqualTo("otherwise");
    }
}
