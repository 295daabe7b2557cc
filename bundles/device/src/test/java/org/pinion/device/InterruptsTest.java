package org.pinion.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;
import org.pinion.api.HostDevice;
import org.pinion.device.cause.DeviceAccess;
import org.pinion.linux.Errno;
import org.pinion.linux.Kernel;
import org.pinion.linux.uapi.Vfio;
import org.pinion.linux.uapi.VfioIrqInfo;

class InterruptsTest {

    private static final int DEVICE = 7;

    private final List<Integer> open = new ArrayList<>();
    private int setAnswer;

    private final Kernel kernel = FakeKernel.of((method, arguments) -> switch (method) {
        case "ioctl" -> ioctl((int) arguments[1], (MemorySegment) arguments[2]);
        case "eventfd" -> opened();
        case "close" -> closed((Integer) arguments[0]);
        default -> throw new AssertionError("not expected: " + method);
    });
    private final VfioDevice device = VfioDevice.of(kernel, "0000:00:10.0", DEVICE, new LongAdder());

    private int ioctl(int request, MemorySegment argument) {
        if (request == Vfio.DEVICE_GET_IRQ_INFO) {
            new VfioIrqInfo(argument).count(8).flags(Vfio.IRQ_EVENTFD);
            return 0;
        }
        assertThat(request).isEqualTo(Vfio.DEVICE_SET_IRQS);
        return setAnswer;
    }

    private int opened() {
        open.add(100 + open.size());
        return open.getLast();
    }

    private int closed(Integer fd) {
        assertThat(fd == DEVICE || open.remove(fd)).isTrue();
        return 0;
    }

    @Test
    void fewerVectorsThanWereAskedForAreNone() {
        setAnswer = 3;
        assertThatThrownBy(() -> device.interrupts(Vfio.PCI_MSIX_IRQ, 5))
                .isInstanceOf(IOException.class)
                .hasMessage("enable interrupts 2, of which the host has 3 of 0000:00:10.0: ENOSPC (No space left on"
                        + " device)");
        assertThat(open).as("eventfds that are left").isEmpty();
    }

    @Test
    void whatTheKernelRefusesIsToldInWords() {
        DeviceAccess access = new DeviceAccess(new HostDevice("0000:00:10.0", "", 10, "vfio-pci", false), device);
        setAnswer = Errno.EINVAL.answer();
        assertThatThrownBy(() -> access.interrupts(Vfio.PCI_MSI_IRQ, 2))
                .hasMessage("enable 2 MSI interrupts of 0000:00:10.0: EINVAL: the device has not that many MSI"
                        + " interrupts, or those of another kind are enabled: of INTx, MSI and MSI-X one at a time;"
                        + " remedy: ask for as many as the device has, and close the others first");
        setAnswer = Errno.EBUSY.answer();
        assertThatThrownBy(() -> access.interrupts(Vfio.PCI_INTX_IRQ, 1))
                .hasMessageContaining("EBUSY: the host has given the interrupt line to another driver");
        setAnswer = 1;
        assertThatThrownBy(() -> access.interrupts(Vfio.PCI_MSIX_IRQ, 2))
                .hasMessageContaining("ENOSPC: the host has not that many interrupt vectors left; remedy: enable fewer");
    }

    @Test
    void withTheDeviceItsInterruptsGo() throws IOException {
        Interrupts messages = device.interrupts(Vfio.PCI_MSI_IRQ, 3);
        device.interrupts(Vfio.PCI_REQ_IRQ, 1);
        assertThat(device.allowed(Vfio.PCI_MSI_IRQ)).contains(messages);
        device.close();
        assertThat(open).as("eventfds that are left").isEmpty();
        assertThat(device.allowed(Vfio.PCI_MSI_IRQ)).isEmpty();
        messages.close();
    }

    @Test
    void whatIsAllowedKeepsItsEventfds() throws IOException {
        Interrupts messages = device.interrupts(Vfio.PCI_MSI_IRQ, 1);
        assertThatThrownBy(() -> device.interrupts(Vfio.PCI_MSI_IRQ, 1))
                .hasMessageContaining("which are enabled already").hasMessageContaining("EINVAL");
        messages.close();
        device.interrupts(Vfio.PCI_MSI_IRQ, 1).close();
        assertThat(open).isEmpty();
    }
}
