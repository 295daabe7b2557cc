package org.pinion.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pinion.emulator.EmulatedKernel;
import org.pinion.emulator.host.HostFile;
import org.pinion.linux.ErrnoException;
import org.pinion.linux.Fcntl;
import org.pinion.linux.uapi.Vfio;
import org.pinion.linux.uapi.VfioDeviceBindIommufd;

/** The devices of the emulated machine, driven as a driver does it. */
@Timeout(30)
class EmulatedDeviceTest {

    private static final long RAISE = 0x60;
    private static final long ACKNOWLEDGE = 0x64;
    private static final Duration SOON = Duration.ofSeconds(10);

    private final EmulatedKernel kernel = EmulatedKernel.lab();
    private VfioDevice edu;
    private VfioDevice ivshmem;

    @BeforeEach
    void open() throws IOException {
        edu = bound(0);
        edu.configSpace().busMaster(true);
        ivshmem = bound(2);
    }

    @AfterEach
    void close() throws ErrnoException {
        edu.close();
        ivshmem.close();
    }

    private VfioDevice bound(int number) throws ErrnoException {
        return bound(kernel, number);
    }

    private static VfioDevice bound(EmulatedKernel kernel, int number) throws ErrnoException {
        VfioDevice device =
                VfioDevice.open(kernel, "device " + number, "/dev/vfio/devices/vfio" + number, new LongAdder());
        try (Arena arena = Arena.ofConfined()) {
            int iommufd = kernel.open("/dev/iommu", Fcntl.O_RDWR);
            VfioDeviceBindIommufd bind = VfioDeviceBindIommufd.allocate(arena).iommufd(iommufd);
            ErrnoException.check("bind", device.ioctl(Vfio.DEVICE_BIND_IOMMUFD, bind));
        }
        return device;
    }

    private void eduWrite(long register, int value) throws IOException {
        edu.write(0, register, MemorySegment.ofArray(new int[] {value}));
    }

    @Test
    void aMappedBarIsTheDevicesMemory() throws IOException {
        DeviceRegion bar = ivshmem.region(2);
        assertThat(bar.mappable()).containsExactly(new RegionArea(0, 16 << 20));
        RegionMapping mapping = ivshmem.map(2, new RegionArea(0x1000, 0x1000));
        mapping.memory().set(ValueLayout.JAVA_INT, 8, 0x11223344);
        MemorySegment read = MemorySegment.ofArray(new int[1]);
        ivshmem.read(2, 0x1008, read);
        assertThat(read.get(ValueLayout.JAVA_INT, 0)).isEqualTo(0x11223344);
        mapping.close();
        mapping.close();
        assertThatThrownBy(() -> mapping.memory().get(ValueLayout.JAVA_INT, 8))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aMappingGoesWithItsDevice() throws IOException {
        RegionMapping mapping = ivshmem.map(2, new RegionArea(0, 0x1000));
        ivshmem.close();
        assertThatThrownBy(() -> mapping.memory().get(ValueLayout.JAVA_INT, 0))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void whatCannotBeMappedIsRefused() {
        assertThatThrownBy(() -> ivshmem.map(2, new RegionArea(0, 32 << 20))).isInstanceOf(ErrnoException.class);
    }

    @Test
    void theKindsOfInterruptsAreTold() throws ErrnoException {
        assertThat(edu.irq(Vfio.PCI_INTX_IRQ)).isEqualTo(new DeviceIrq(0, 1, true, true, true));
        assertThat(edu.irq(Vfio.PCI_MSI_IRQ)).isEqualTo(new DeviceIrq(1, 1, true, false, false));
        assertThat(edu.irq(Vfio.PCI_MSIX_IRQ).count()).isZero();
        assertThat(edu.irq(Vfio.PCI_REQ_IRQ).count()).isEqualTo(1);
        assertThat(edu.irq(Vfio.PCI_ERR_IRQ).count()).isEqualTo(1);
        assertThatThrownBy(() -> edu.irq(5)).hasMessageContaining("EINVAL");
    }

    @Test
    void anOldKernelHasNoInterruptsForErrorsOfAPlainPciFunction() throws ErrnoException {
        EmulatedKernel old = EmulatedKernel.of(HostFile.read("old.yaml",
                "interface: 6.12\ndevices: [{address: '0000:00:10.0', model: edu, group: 1}]"));
        try (VfioDevice device = bound(old, 0)) {
            assertThatThrownBy(() -> device.irq(Vfio.PCI_ERR_IRQ))
                    .hasMessage("ask about interrupts 3 of device 0: EINVAL (Invalid argument)");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {Vfio.PCI_INTX_IRQ, Vfio.PCI_MSI_IRQ})
    void anInterruptArrivesOnce(int kind) throws IOException {
        try (Interrupts interrupts = edu.interrupts(kind, 1)) {
            assertThat(interrupts.await(0, Duration.ZERO)).isZero();
            eduWrite(RAISE, 1);
            assertThat(interrupts.await(0, SOON)).isEqualTo(1);
            assertThat(interrupts.await(0, Duration.ZERO)).isZero();
        }
    }

    @Test
    void aMessageIsSentEachTimeAnInterruptIsRaised() throws IOException {
        try (Interrupts interrupts = edu.interrupts(Vfio.PCI_MSI_IRQ, 1)) {
            eduWrite(RAISE, 1);
            eduWrite(RAISE, 1);
            assertThat(interrupts.await(0, SOON)).isEqualTo(2);
        }
    }

    @Test
    void aDeviceThatIsNoBusMasterSendsNoMessages() throws IOException {
        edu.configSpace().busMaster(false);
        try (Interrupts interrupts = edu.interrupts(Vfio.PCI_MSI_IRQ, 1)) {
            eduWrite(RAISE, 1);
            edu.configSpace().busMaster(true);
            assertThat(interrupts.await(0, Duration.ZERO)).isZero();
        }
    }

    @Test
    void intxStaysMaskedUntilItIsUnmaskedAndComesAgainIfItsCauseIsStillThere() throws IOException {
        try (Interrupts interrupts = edu.interrupts(Vfio.PCI_INTX_IRQ, 1)) {
            eduWrite(RAISE, 1);
            interrupts.await(0, SOON);
            interrupts.unmask(0);
            assertThat(interrupts.await(0, SOON)).as("not withdrawn").isEqualTo(1);
            eduWrite(ACKNOWLEDGE, 1);
            interrupts.unmask(0);
            assertThat(interrupts.await(0, Duration.ZERO)).as("withdrawn").isZero();
        }
    }

    @Test
    void theEndOfADmaCanRaiseAnInterrupt() throws IOException {
        try (Interrupts interrupts = edu.interrupts(Vfio.PCI_MSI_IRQ, 1)) {
            eduWrite(0x98, 1 | 4);
            assertThat(interrupts.await(0, SOON)).isEqualTo(1);
        }
    }

    @Test
    void errorsAndTheHostsRequestAreWaitedForBesideTheDevicesOwn() throws IOException {
        try (Interrupts errors = edu.interrupts(Vfio.PCI_ERR_IRQ, 1);
                Interrupts requests = edu.interrupts(Vfio.PCI_REQ_IRQ, 1);
                Interrupts own = edu.interrupts(Vfio.PCI_MSI_IRQ, 1)) {
            eduWrite(RAISE, 1);
            assertThat(own.await(0, SOON)).isEqualTo(1);
            assertThat(errors.await(0, Duration.ZERO)).isZero();
            assertThat(requests.await(0, Duration.ZERO)).isZero();
        }
    }

    @Test
    void nothingArrivesAfterItWasForbidden() throws IOException {
        Interrupts interrupts = edu.interrupts(Vfio.PCI_MSI_IRQ, 1);
        interrupts.close();
        interrupts.close();
        eduWrite(RAISE, 1);
        try (Interrupts later = edu.interrupts(Vfio.PCI_MSI_IRQ, 1)) {
            assertThat(later.await(0, Duration.ZERO)).isZero();
        }
    }

    @Test
    void twoKindsAtATimeAndMoreThanThereAreIsTooMuch() throws IOException {
        try (Interrupts _ = edu.interrupts(Vfio.PCI_INTX_IRQ, 1)) {
            assertThatThrownBy(() -> edu.interrupts(Vfio.PCI_MSI_IRQ, 1))
                    .hasMessage("enable interrupts 1 of device 0: EINVAL (Invalid argument)");
        }
        assertThatThrownBy(() -> edu.interrupts(Vfio.PCI_MSI_IRQ, 2)).hasMessageContaining("EINVAL");
    }

    @Test
    void memoryThatGoesAndComesBackIsAnInterruption() throws IOException {
        assertThat(ivshmem.decoding()).isEqualTo(new MemoryDecoding(true, 0));
        ivshmem.configSpace().memoryEnabled(false);
        assertThat(ivshmem.decoding()).isEqualTo(new MemoryDecoding(false, 1));
        ivshmem.configSpace().memoryEnabled(true);
        ivshmem.configSpace().busMaster(true);
        assertThat(ivshmem.decoding()).isEqualTo(new MemoryDecoding(true, 1));
    }

    @Test
    void aDeviceWithoutAResetOfItsOwnIsNotResetAndNotInterrupted() throws IOException {
        eduWrite(4, 0);
        assertThatThrownBy(edu::reset).hasMessage("reset of device 0: EINVAL (Invalid argument)");
        assertThat(edu.decoding()).isEqualTo(new MemoryDecoding(true, 0));
        MemorySegment liveness = MemorySegment.ofArray(new int[1]);
        edu.read(0, 4, liveness);
        assertThat(liveness.get(ValueLayout.JAVA_INT, 0)).isEqualTo(-1);
    }

    @Test
    void aDmaBufIsAFile() throws IOException {
        int buffer = ivshmem.exportDmaBuf(2, 0x1000, 0x2000);
        assertThat(kernel.close(buffer)).isZero();
        assertThatThrownBy(() -> ivshmem.exportDmaBuf(0, 0, 0x1000))
                .hasMessage("export 0x1000 bytes at 0x0 of BAR 0 of device 2: EINVAL (Invalid argument)");
    }
}
