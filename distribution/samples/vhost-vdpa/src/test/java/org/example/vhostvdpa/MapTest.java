package org.example.vhostvdpa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.example.vhostvdpa.Scene.GUARD;
import static org.example.vhostvdpa.Scene.PAGE;
import static org.example.vhostvdpa.Scene.failure;
import static org.example.vhostvdpa.Scene.pages;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.pinion.api.Access;
import org.pinion.api.AddressRange;
import org.pinion.api.Backing;
import org.pinion.api.IommuException;
import org.pinion.api.Mapping;
import org.pinion.api.RangeSet;
import org.pinion.api.Route;
import org.pinion.linux.Mman;

/** What is mapped is in the table of every attached device, and nothing else is. */
class MapTest {

    @ParameterizedTest
    @EnumSource
    void aMappingIsInTheTableOfEveryDevice(FakeVdpa.Kind kind) throws IommuException {
        Scene scene = new Scene(kind);
        scene.attach("vdpa0");
        scene.session.map(scene.mapping(16, 8));
        scene.attach("vdpa1");
        scene.session.map(scene.mapping(64, 4));
        assertThat(scene.first.held()).containsExactly(pages(16, 8), pages(64, 4), GUARD);
        assertThat(scene.second.held()).isEqualTo(scene.first.held());
    }

    @Test
    void withoutADeviceAMappingIsRecordedAndPinsNothing() throws IommuException {
        Scene scene = new Scene(FakeVdpa.Kind.PINS);
        scene.session.map(scene.mapping(16, 8));
        assertThat(scene.kernel.calls).isZero();
        assertThat(scene.session.ledger().mappedBytes()).isEqualTo(8 * PAGE);
        assertThat(scene.session.ledger().pinnedBytes()).isZero();
    }

    @Test
    void everyDevicePinsByItselfAndTheLedgerSaysSo() throws IommuException {
        Scene scene = new Scene(FakeVdpa.Kind.PINS, FakeVdpa.Kind.BY_ADDRESS);
        FakeVdpa third = scene.kernel.device(FakeVdpa.Kind.PINS);
        scene.session.map(scene.mapping(16, 8));
        for (String device : List.of("vdpa0", "vdpa1", "vdpa2")) {
            scene.attach(device);
        }
        assertThat(third.held()).hasSize(2);
        assertThat(scene.session.ledger().mappings()).isEqualTo(1);
        assertThat(scene.session.ledger().pinnedBytes()).isEqualTo(2 * 9 * PAGE).isEqualTo(scene.kernel.pinned());
        scene.session.map(scene.mapping(64, 1));
        assertThat(scene.session.ledger().pinnedBytes()).isEqualTo(2 * 10 * PAGE).isEqualTo(scene.kernel.pinned());
        assertThat(scene.session.ledger().newlyPinnedBytes()).isEqualTo(2 * 10 * PAGE);
        scene.session.detach("vdpa0");
        assertThat(scene.session.ledger().pinnedBytes()).isEqualTo(10 * PAGE).isEqualTo(scene.kernel.pinned());
    }

    @Test
    void aDeviceTakesItsTableOnceForAMappingOfManyPieces() throws IommuException {
        Scene scene = new Scene(FakeVdpa.Kind.PINS);
        scene.attach("vdpa0");
        int before = scene.first.tablesTaken;
        scene.session.map(scene.mapping(16, 64));
        assertThat(scene.first.tablesTaken).isEqualTo(before + 1);
    }

    @Test
    void aKernelWithoutBatchesIsToldPieceByPiece() throws IommuException {
        Scene scene = new Scene(FakeVdpa.Kind.PINS);
        scene.first.offered = Vhost.IOTLB_MSG_V2;
        scene.attach("vdpa0");
        scene.session.map(scene.mapping(16, 64));
        assertThat(scene.first.held()).containsExactly(pages(16, 64), GUARD);
    }

    @Test
    void anUnmappedMappingIsGoneAndItsNeighboursStay() throws IommuException {
        Scene scene = new Scene(FakeVdpa.Kind.PINS);
        scene.attach("vdpa0");
        Mapping mapping = scene.mapping(16, 8);
        scene.session.map(scene.mapping(15, 1));
        scene.session.map(mapping);
        scene.session.map(scene.mapping(24, 1));
        scene.session.unmap(mapping);
        assertThat(scene.first.held()).containsExactly(pages(15, 1), pages(24, 1), GUARD);
        assertThat(scene.session.ledger().mappedBytes()).isEqualTo(2 * PAGE);
    }

    @Test
    void aPartOfAMappingIsNeverUnmapped() throws IommuException {
        Scene scene = new Scene(FakeVdpa.Kind.PINS);
        scene.attach("vdpa0");
        Mapping mapping = scene.mapping(16, 8);
        scene.session.map(mapping);
        assertThat(failure(() -> scene.session.unmap(mapping.slice(pages(16, 4)))))
                .hasMessageContaining("which is another mapping");
        assertThat(failure(() -> scene.session.unmap(scene.mapping(0, 4))).errno()).contains("ENOENT");
        assertThat(scene.first.held()).containsExactly(pages(16, 8), GUARD);
    }

    @Test
    void aCutLeavesThePartsThatStay() throws IommuException {
        Scene scene = new Scene(FakeVdpa.Kind.PINS);
        scene.attach("vdpa0");
        Mapping mapping = scene.mapping(16, 8);
        scene.session.map(mapping);
        scene.session.cut(mapping, List.of(pages(16, 1), pages(20, 4)));
        assertThat(scene.first.held()).containsExactly(pages(16, 1), pages(20, 4), GUARD);
        scene.session.unmap(mapping.slice(pages(20, 4)));
        assertThat(scene.first.held()).containsExactly(pages(16, 1), GUARD);
    }

    @Test
    void theTableOfAnAttachedDeviceIsNeverEmpty() throws IommuException {
        Scene scene = new Scene(FakeVdpa.Kind.BY_ADDRESS);
        scene.attach("vdpa0");
        MemorySegment memory = scene.memory(1);
        assertThat(scene.first.reach(memory.address(), 1, true)).isEmpty();
        Mapping mapping = Scene.mapping(pages(16, 1), memory, Access.READ_WRITE);
        scene.session.map(mapping);
        scene.session.unmap(mapping);
        assertThat(scene.first.reach(memory.address(), 1, true)).isEmpty();
        assertThat(scene.first.reach(GUARD.start(), 1, true)).as("the guard may only be read").isEmpty();
    }

    @Test
    void anOverlapIsRefusedBeforeTheKernelIsAsked() throws IommuException {
        Scene scene = new Scene(FakeVdpa.Kind.PINS);
        scene.attach("vdpa0");
        scene.session.map(scene.mapping(16, 8));
        Mapping overlapping = scene.mapping(23, 2);
        int before = scene.kernel.calls;
        IommuException refused = failure(() -> scene.session.map(overlapping));
        assertThat(refused.errno()).contains("EEXIST");
        assertThat(refused).hasMessageContaining("0x10000-0x17fff").hasMessageContaining("is mapped there");
        assertThat(scene.kernel.calls).isEqualTo(before);
    }

    @Test
    void whatOneDeviceRefusesIsTakenFromTheOthers() throws IommuException {
        Scene scene = new Scene(FakeVdpa.Kind.PINS);
        scene.attach("vdpa0");
        scene.second.range = new AddressRange(0, 0xfffff);
        scene.attach("vdpa1");
        IommuException refused = failure(() -> scene.session.map(scene.mapping(0x200, 1)));
        assertThat(refused).hasMessageContaining("EFAULT").hasMessageContaining("vdpa1 can use 0x0-0xfffff only");
        assertThat(scene.first.held()).containsExactly(GUARD);
        assertThat(scene.session.ledger().mappings()).isZero();
    }

    @Test
    void usableIsWhatAllDevicesCanUse() throws IommuException {
        Scene scene = new Scene(FakeVdpa.Kind.PINS);
        assertThat(scene.session.usable()).isEqualTo(RangeSet.ALL);
        scene.second.range = new AddressRange(0x10000, 0xfffff);
        scene.attach("vdpa0");
        scene.attach("vdpa1");
        assertThat(scene.session.usable()).isEqualTo(RangeSet.of(new AddressRange(0x10000, 0xfcfff)));
    }

    @Test
    void tooMuchToPinIsRefusedWithTheNumberNeeded() throws IommuException {
        Scene scene = new Scene(FakeVdpa.Kind.PINS);
        scene.kernel.memlock = 8 * PAGE;
        scene.attach("vdpa0");
        IommuException refused = failure(() -> scene.session.map(scene.mapping(16, 8)));
        assertThat(refused.errno()).contains("EFAULT");
        assertThat(refused)
                .hasMessageContaining("0x8000 more bytes are to be pinned")
                .hasMessageContaining("leaves 0x7000 of 0x8000")
                .hasMessageContaining("ulimit -l 36")
                .hasMessageContaining("CAP_IPC_LOCK does not help");
        assertThat(scene.first.held()).containsExactly(GUARD);
        assertThat(scene.session.budget().pinnable()).hasValue(7 * PAGE);
    }

    @Test
    void aSecondDeviceThatWouldPinTooMuchIsRefusedBeforehand() throws IommuException {
        Scene scene = new Scene(FakeVdpa.Kind.PINS);
        scene.kernel.memlock = 12 * PAGE;
        scene.session.map(scene.mapping(16, 8));
        scene.attach("vdpa0");
        scene.session.preflight("vdpa1");
        assertThat(failure(() -> scene.session.attach("vdpa1")))
                .hasMessageContaining("every device pins by itself")
                .hasMessageContaining("raise the limit to 0x12000 bytes");
        assertThat(scene.second.held()).isEmpty();
        scene.session.release("vdpa1");
        assertThat(scene.second.opened).isFalse();
    }

    @Test
    void memoryThatMayNotBeWrittenIsMappedForReadingOnly() throws IommuException {
        Scene scene = new Scene(FakeVdpa.Kind.PINS);
        scene.attach("vdpa0");
        MemorySegment memory = scene.kernel.memory(PAGE, Mman.PROT_READ, true);
        assertThat(failure(() -> scene.session.map(Scene.mapping(pages(16, 1), memory, Access.READ_WRITE))))
                .hasMessageContaining("may not be written");
        scene.session.map(Scene.mapping(pages(16, 1), memory, Access.READ));
        assertThat(scene.first.reach(16 * PAGE, 1, false)).isPresent();
        assertThat(scene.first.reach(16 * PAGE, 1, true)).isEmpty();
    }

    @Test
    void aHoleIsNamed() throws IommuException {
        Scene scene = new Scene(FakeVdpa.Kind.PINS);
        scene.attach("vdpa0");
        Mapping hole = new Mapping(pages(16, 1), Access.READ, Route.USER, new Backing.UserMemory(0x10000));
        assertThat(failure(() -> scene.session.map(hole)))
                .hasMessageContaining("nothing is mapped at 0x10000 in this process");
    }

    @Test
    void memoryThatADeviceWouldLeaveOutInSilenceIsRefused() throws IommuException {
        Scene scene = new Scene(FakeVdpa.Kind.BY_ADDRESS);
        MemorySegment anonymous = scene.kernel.memory(PAGE, Scene.READ_WRITE, false);
        Mapping mapping = Scene.mapping(pages(16, 1), anonymous, Access.READ_WRITE);
        scene.session.map(mapping);
        scene.session.preflight("vdpa0");
        assertThat(failure(() -> scene.session.attach("vdpa0")))
                .hasMessageContaining("reaches shared mappings of files only")
                .hasMessageContaining("is no shared mapping of a file");
        scene.session.unmap(mapping);
        scene.session.attach("vdpa0");
        assertThat(failure(() -> scene.session.map(mapping))).hasMessageContaining("no shared mapping of a file");
    }

    @Test
    void whatHasNoAddressHereIsRefused() {
        Scene scene = new Scene(FakeVdpa.Kind.PINS);
        Mapping remote = new Mapping(pages(16, 1), Access.READ, Route.USER, new Backing.Remote("pc.ram", 0));
        assertThat(failure(() -> scene.session.map(remote))).hasMessageContaining("has no address in this process");
        Mapping file = new Mapping(pages(16, 1), Access.READ, Route.USER, new Backing.MemoryFile(3, 0, 0));
        assertThat(failure(() -> scene.session.map(file))).hasMessageContaining("has no address in this process");
    }

    @Test
    void closingGivesEverythingBackAndDoingItTwiceDoesNothing() throws IommuException {
        Scene scene = new Scene(FakeVdpa.Kind.PINS);
        scene.attach("vdpa0");
        scene.session.preflight("vdpa1");
        scene.session.close();
        scene.session.close();
        assertThat(scene.kernel.left()).isEmpty();
        assertThat(scene.kernel.pinned()).isZero();
    }
}
