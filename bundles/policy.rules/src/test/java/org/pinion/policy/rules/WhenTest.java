package org.pinion.policy.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pinion.api.AddressRange;
import org.pinion.api.SectionKind;
import org.pinion.spi.policy.Candidate;

class WhenTest {

    private static final Candidate PART = Parts.part(
            new AddressRange(0xffff_ffff_0000_0000L, -1L),
            SectionKind.RAM,
            Parts.RAM,
            "pc.ram (high)",
            "/objects/mem0",
            List.of("0000:00:10.0", "0000:00:11.0"),
            "gup-able",
            "huge-page=2M");

    private static boolean matches(String filter, Candidate part) throws WrongRulesException {
        return When.parse(filter).matches(new CandidateAttributes(part));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "(start=0xffffffff00000000)",
        "(start=18446744069414584320)",
        "(start>=0x8000000000000000)",
        "(last=0xffffffffffffffff)",
        "(last=18446744073709551615)",
        "(last<=0xFFFFFFFFFFFFFFFF)",
        "(!(last<=0x7fffffffffffffff))",
        "(size=4G)",
        "(&(size>=4194304K)(size<=0x100000000))",
        "(kind=ram)",
        "(kind=r*)",
        "(access=rw)",
        "(section=pc.*)",
        "(section=pc.ram \\(high\\))",
        "(owner=/objects/mem0)",
        "(section~=PC.RAM \\(HIGH\\))",
        "(owner=*)",
        "(trait=gup-able)",
        "(trait=huge-page)",
        "(trait=huge-page=2M)",
        "(backend=iommufd)",
        "(device=0000:00:11.0)",
        "(|(kind=rom)(&(kind=ram)(!(trait=protected))))",
        " ( & ( kind=ram) ( device=*) ) "
    })
    void thePartIsAsTheFilterSays(String filter) throws WrongRulesException {
        assertThat(matches(filter, PART)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "(start<=0x7fffffffffffffff)",
        "(last<=18446744073709551614)",
        "(size>=0x100000001)",
        "(kind=rom)",
        "(access=r)",
        "(section=virt.*)",
        "(trait=huge-page=1G)",
        "(device=0000:00:12.0)"
    })
    void thePartIsNotAsTheFilterSays(String filter) throws WrongRulesException {
        assertThat(matches(filter, PART)).isFalse();
    }

    @Test
    void allAddressesAreMoreThanFitIntoSixtyFourBits() throws WrongRulesException {
        Candidate all = Parts.part(0, -1L, SectionKind.RAM);
        assertThat(matches("(size=0x10000000000000000)", all)).isTrue();
        assertThat(matches("(size=16777216T)", all)).isTrue();
        assertThat(matches("(size<=0xffffffffffffffff)", all)).isFalse();
    }

    @Test
    void anOwnerThatIsNotKnownIsNone() throws WrongRulesException {
        assertThat(matches("(owner=*)", Parts.part(0, 0xfff, SectionKind.RAM))).isFalse();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '#', value = {
        "kind=ram # 1 # it cannot go on like this",
        "(kind=ram # 10 # it ends too early",
        "(&(kind=ram)(start>=0) # 23 # it ends too early",
        "(&(kind=ram)start>=0) # 13 # it cannot go on like this",
        "(kind=ram)) # 11 # it cannot go on like this",
        "(kind=ram)(start=0) # 11 # it cannot go on like this",
        "(kind>ram) # 7 # it cannot go on like this",
        "(section=a(b) # 11 # it cannot go on like this",
        "(|(kind=ram)(kidn=rom)) # 14 # there is no attribute 'kidn'; there are access, backend,",
        "(kind=rma) # 7 # 'rma' is none of ram, rom, romd, ramd, i/o, iommu",
        "(kind= ram) # 7 # is none of",
        "(access=w) # 9 # 'w' is none of r, rw",
        "(!(start>=1M0)) # 11 # 'start': '1M0' is no number",
        "(start>=-1) # 9 # 'start': '-1' is no number",
        "(start=0x*) # 8 # 'start': '0x*' is no number",
        "(start~=0) # 9 # a number is compared by =, <= or >=",
        "(section>=pc) # 11 # text has no order"
    })
    void aWrongFilterIsRefusedWithTheColumn(String filter, int column, String why) {
        assertThatThrownBy(() -> When.parse(filter))
                .isInstanceOf(WrongRulesException.class)
                .hasMessageStartingWith("column " + column + " of " + filter + ": ")
                .hasMessageContaining(why);
    }

    @Test
    void aNameInAValueIsNoAttribute() throws WrongRulesException {
        assertThat(When.parse("(&(section=\\(kidn=ram\\))(owner=a\\\\)(trait=x))").attributes())
                .containsExactlyInAnyOrder("section", "owner", "trait");
    }

    @Test
    void onlyAFilterThatAsksForDevicesLooksAtThem() throws WrongRulesException {
        assertThat(When.parse("(|(kind=ram)(!(device=0000:00:10.0)))").looksAtDevices()).isTrue();
        assertThat(When.parse("(&(backend=iommufd)(section=device))").looksAtDevices()).isFalse();
    }
}
