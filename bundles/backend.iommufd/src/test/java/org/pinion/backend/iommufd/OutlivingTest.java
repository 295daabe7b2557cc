package org.pinion.backend.iommufd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.pinion.api.AddressRange;
import org.pinion.api.InterruptKind;
import org.pinion.api.IommuException;
import org.pinion.api.Ledger;
import org.pinion.api.Mapping;
import org.pinion.api.Route;
import org.pinion.emulator.host.KernelRelease;
import org.pinion.linux.ErrnoException;
import org.pinion.spi.backend.BackendSession;
import org.pinion.spi.backend.HandOver;

/** A session whose process ends at any moment, and the one that goes on from what was written down before. */
class OutlivingTest {

    private static final String OPERATION = "restart";

    private final Machine machine = Machine.usual();
    private final IommufdBackend successor = new IommufdBackend(machine.watched.kernel());
    private final IommufdSession session;

    OutlivingTest() throws IommuException {
        session = (IommufdSession) machine.backend.open("vm0");
        session.outliveProcess(OPERATION);
    }

    private void attach(String device) throws IommuException {
        session.preflight(device);
        session.attach(device);
    }

    private Mapping map(long iova, long bytes) throws IommuException {
        Mapping mapping = Machine.file(iova, bytes, machine.memfd(bytes), 0);
        session.map(mapping);
        return mapping;
    }

    private BackendSession restart(HandOver record, List<Mapping> entries, List<Mapping> doubtful)
            throws IommuException {
        BackendSession next = successor.adopt("vm0", record);
        next.changeProcess(OPERATION, entries, doubtful);
        next.outliveProcess(OPERATION);
        return next;
    }

    @Test
    void itTakesMemoryFilesAloneAndKeepsDevicesTogether() {
        assertThat(session.capabilities().routes()).containsExactly(Route.FILE);
        assertThat(session.capabilities().missingRoutes()).contains("it takes memory files alone");
        assertThat(session.capabilities().oneSpaceOnly()).contains("all devices stay together");
        assertThatThrownBy(session::startDirtyTracking).hasMessageContaining("a log of written pages does not");
    }

    @Test
    void writingItDownAsksTheKernelNothingAndTheSessionGoesOn() throws IommuException {
        attach(Machine.EDU);
        Mapping kept = map(0, Machine.MIB);
        long ioctls = machine.watched.ioctls();
        HandOver record = session.lasting(Set.of());
        assertThat(machine.watched.ioctls()).isEqualTo(ioctls);
        assertThat(record.memory()).isEmpty();
        session.unmap(kept);
    }

    @Test
    void theNextOneCountsWhatIsThereForCertain() throws IommuException, IOException {
        attach(Machine.EDU);
        Mapping kept = map(0, Machine.MIB);
        HandOver record = session.lasting(Set.of());
        Mapping come = map(2 * Machine.MIB, Machine.MIB);
        Mapping notYet = Machine.file(4 * Machine.MIB, Machine.MIB, machine.memfd(Machine.MIB), 0);
        BackendSession next = restart(record, List.of(kept), List.of(come, notYet));
        assertThat(next.ledger())
                .extracting(Ledger::mappings, Ledger::mappedBytes, Ledger::pinnedBytes)
                .containsExactly(1L, Machine.MIB, Machine.MIB);
        assertThat(machine.watched.mapped(come.range())).isFalse();
        assertThat(machine.watched.pinned()).isEqualTo(Machine.MIB);
        next.map(notYet);
        next.close();
        assertThat(machine.watched.pinned()).isZero();
    }

    @Test
    void partsOfWhatIsInDoubtGoTooWhateverReachesIntoIt() throws IommuException {
        attach(Machine.EDU);
        Mapping cut = map(Machine.MIB, 4 * Machine.MIB);
        HandOver record = session.lasting(Set.of());
        session.cut(cut, List.of(AddressRange.ofSize(4 * Machine.MIB, Machine.MIB)));
        Mapping come = map(0, 2 * Machine.MIB);
        BackendSession next = restart(record, List.of(), List.of(cut, come));
        assertThat(next.ledger().mappings()).isZero();
        next.map(Machine.file(0, 8 * Machine.MIB, machine.memfd(8 * Machine.MIB), 0));
        next.close();
    }

    @Test
    void whatAChangeHadMadeAsideIsDestroyed() throws IommuException, ErrnoException, IOException {
        attach(Machine.EDU);
        Mapping kept = map(0, Machine.MIB);
        HandOver record = session.lasting(Set.of());
        int stray = session.iommu.allocateIoas();
        session.iommu.mapFile(stray, kept.range(), kept.access(), machine.memfd(Machine.MIB), 0);
        int device = session.devices.open().iterator().next().bound().id();
        session.iommu.allocatePageTable(stray, device);
        assertThat(machine.watched.pinned()).isEqualTo(2 * Machine.MIB);
        BackendSession next = restart(record, List.of(kept), List.of());
        assertThat(machine.watched.pinned()).isEqualTo(Machine.MIB);
        assertThatThrownBy(() -> session.iommu.destroy(stray)).isInstanceOf(ErrnoException.class);
        next.close();
    }

    @Test
    void driversBeginAnew() throws IommuException {
        attach(Machine.EDU);
        session.attached(Machine.EDU).allow(InterruptKind.MSI, 1);
        BackendSession next = restart(session.lasting(Set.of()), List.of(), List.of());
        next.attached(Machine.EDU).allow(InterruptKind.MSI, 1);
        next.close();
    }

    @Test
    void aDeviceThatLeavesIsNotWrittenDown() throws IommuException {
        attach(Machine.EDU);
        attach(Machine.MDEV);
        HandOver record = session.lasting(Set.of(Machine.EDU));
        assertThat(record.files()).extracting(HandOver.OpenFile::name).containsExactly(Machine.MDEV, "/dev/iommu");
        session.detach(Machine.EDU);
        BackendSession next = restart(record, List.of(), List.of());
        assertThatThrownBy(() -> next.attached(Machine.EDU)).hasMessageContaining("it is not attached");
        next.close();
    }

    @Test
    void aKernelThatChargesNoOtherProcessIsTooOld() throws IommuException {
        BackendSession old =
                Machine.of(KernelRelease.LINUX_6_12, Machine.edu(Machine.EDU, 1)).backend.open("vm0");
        assertThatThrownBy(() -> old.outliveProcess(OPERATION))
                .hasMessageContaining("the kernel has no IOMMU_IOAS_CHANGE_PROCESS (Linux 6.14 and later)");
        old.close();
    }

    @Test
    void withOtherMemoryInItNoOtherProcessIsCharged() throws IommuException {
        IommufdSession usual = (IommufdSession) machine.backend.open("vm1");
        usual.map(machine.ram(0, Machine.MIB));
        assertThatThrownBy(() -> usual.changeProcess(OPERATION, List.of(), List.of()))
                .hasMessageContaining("something is mapped that is no memory file");
        usual.close();
    }
}
