package org.pinion.keeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.pinion.api.Access;
import org.pinion.api.AddressRange;
import org.pinion.api.Backing;
import org.pinion.api.Decision;
import org.pinion.api.DeviceLimits;
import org.pinion.api.HostDevice;
import org.pinion.api.Mapping;
import org.pinion.api.RangeSet;
import org.pinion.api.ReservedRegion;
import org.pinion.api.Route;
import org.pinion.api.Section;
import org.pinion.api.SectionKind;
import org.pinion.api.Trait;
import org.pinion.spi.backend.BackendCapabilities;
import org.pinion.spi.backend.Decoding;
import org.pinion.spi.backend.Particulars;
import org.pinion.spi.holder.HeldSpace;

/** Values come back from JSON as they were. */
class ValuesTest {

    private static final AddressRange TOP = new AddressRange(-4096L, -1L);
    private static final Mapping MAPPING =
            new Mapping(TOP, Access.READ_WRITE, Route.FILE, new Backing.MemoryFile(9, 0x1000, 0x7000_0000_0000L));
    private static final Section SECTION = new Section(
            TOP, SectionKind.RAM, MAPPING.backing(), Access.READ, "pc.ram \"quoted\"", "owner", Map.of("a", "b"));
    private static final DeviceLimits LIMITS = new DeviceLimits(
            "0000:00:10.0", RangeSet.ALL, 4096, List.of(new ReservedRegion(TOP, "msi")));

    private static Object throughJson(Object value) throws IOException {
        return JSON.std.anyFrom(JSON.std.asString(Values.of(value)));
    }

    private static Object again(Object value) throws Exception {
        return new ValueReader(file -> file).read(throughJson(value), Object.class);
    }

    private static DamagedRecordException refused(String json) {
        return catchThrowableOfType(DamagedRecordException.class, () ->
                new ValueReader(file -> file).read(JSON.std.anyFrom(json), Object.class));
    }

    @Test
    void recordsOfTheApiComeBack() throws Exception {
        Decision decision = new Decision(
                TOP, SECTION, Decision.Outcome.MAP, "strict/ram", "why", "",
                List.of(Trait.of(TOP, "gup-able", "smaps")), Optional.of(MAPPING));
        for (Object value : List.of(
                MAPPING, SECTION, LIMITS, decision, Backing.NONE, new Backing.DeviceBar("0000:00:12.0", 2, 4096),
                new HostDevice("0000:00:10.0", "edu", 7, "vfio-pci", false), RangeSet.of(TOP), RangeSet.EMPTY,
                new BackendCapabilities(Set.of(Route.FILE, Route.USER), 4096, "why", ""),
                new HeldSpace.HeldDevice(
                        new HostDevice("a", "b", -1, "", true), LIMITS, new Decoding(false, Long.MAX_VALUE)))) {
            assertThat(again(value)).isEqualTo(value);
        }
    }

    @Test
    void particularsComeBack() throws Exception {
        Particulars inner = Particulars.of(Map.of("limits", LIMITS, "flag", true));
        Particulars read = (Particulars) again(Particulars.of(
                Map.of("list", List.of(inner), "number", 1L << 40, "small", 3, "ranges", List.of(TOP), "word", "@")));
        assertThat(read.number("number")).isEqualTo(1L << 40);
        assertThat(read.number("small")).isEqualTo(3);
        assertThat(read.list("ranges", AddressRange.class)).containsExactly(TOP);
        assertThat(read.get("word", String.class)).isEqualTo("@");
        Particulars readInner = read.list("list", Particulars.class).getFirst();
        assertThat(readInner.get("limits", DeviceLimits.class)).isEqualTo(LIMITS);
        assertThat(readInner.flag("flag")).isTrue();
    }

    @Test
    void memoryFilesAreMovedToWhereTheyAreNow() throws Exception {
        Backing.MemoryFile moved = new Backing.MemoryFile(3, 0x1000, 0x5000);
        assertThat(new ValueReader(_ -> moved).read(throughJson(SECTION), Section.class).backing()).isEqualTo(moved);
    }

    @Test
    void whatNoOtherProcessCanReadIsRefused() {
        assertThatThrownBy(() -> Values.of(new Object()))
                .hasMessage("a java.lang.Object cannot be written down for another process");
        record Foreign(int value) {}
        assertThatThrownBy(() -> Values.of(new Foreign(1))).hasMessageContaining("Foreign cannot be written down");
    }

    @Test
    void whatALaterVersionWroteIsToldFromWhatIsDamaged() {
        assertThat(refused("{\"@\":\"api:Novelty\"}")).hasMessageContaining("'api:Novelty', which is not known");
        assertThat(refused("{\"@\":\"api:Novelty\"}").ofLaterVersion()).isTrue();
        assertThat(refused("{\"@\":\"java:Runtime\"}").ofLaterVersion()).isTrue();
        assertThat(refused("{\"@\":\"api:Access\",\"value\":\"EXECUTE\"}")).hasMessageContaining("Access 'EXECUTE'");
        assertThat(refused("{\"@\":\"api:AddressRange\",\"start\":0,\"last\":1,\"name\":2}"))
                .hasMessage("a AddressRange in it has 3 parts, and this version knows 2");
        assertThat(refused("{\"@\":\"api:AddressRange\",\"start\":5,\"last\":\"x\"}").ofLaterVersion()).isFalse();
        assertThat(refused("{\"@\":\"api:AddressRange\",\"start\":5,\"last\":1}"))
                .hasMessageContaining("a AddressRange in it is none");
        assertThat(refused("{\"@\":\"RangeSet\",\"value\":3}")).hasMessage("there is no list where one should be");
    }
}
