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
import org.pinion.api.IommuException;
import org.pinion.device.cause.DeviceAccess;
import org.pinion.linux.Errno;
import org.pinion.linux.Kernel;
import org.pinion.linux.uapi.Vfio;
import org.pinion.linux.uapi.VfioPciHotReset;
import org.pinion.linux.uapi.VfioPciHotResetInfo;

class HotResetTest {

    private static final String ADDRESS = "0000:01:00.0";

    private final List<DependentDevice> onTheBus = new ArrayList<>();
    private final List<Integer> given = new ArrayList<>();
    private int askAnswer;
    private int resetAnswer;

    private final Kernel kernel = FakeKernel.of((method, arguments) -> {
        assertThat(method).isEqualTo("ioctl");
        return (int) arguments[1] == Vfio.DEVICE_PCI_HOT_RESET
                ? reset(new VfioPciHotReset((MemorySegment) arguments[2]))
                : info(new VfioPciHotResetInfo((MemorySegment) arguments[2]));
    });
    private final VfioDevice device = VfioDevice.of(kernel, ADDRESS, 7, new LongAdder());
    private final DeviceAccess access = 
            new DeviceAccess(new HostDevice(ADDRESS, "", 10, "vfio-pci", false), device);

    private int reset(VfioPciHotReset request) {
        for (int i = 0; i < request.count(); i++) {
            given.add(request.groupFd(i));
        }
        return resetAnswer;
    }

    private int info(VfioPciHotResetInfo info) {
        int room = (info.declaredSize() - VfioPciHotResetInfo.SIZE) / 8;
        info.count(onTheBus.size());
        if (askAnswer != 0 || room < onTheBus.size()) {
            return askAnswer != 0 ? askAnswer : Errno.ENOSPC.answer();
        }
        for (int i = 0; i < onTheBus.size(); i++) {
            info.device(i).bus((byte) 1).devfn((byte) i).groupId(onTheBus.get(i).id());
        }
        return 0;
    }

    private void function(int number, int id) {
        onTheBus.add(new DependentDevice("0000:01:0%d.%d".formatted(number >> 3, number & 7), id));
    }

    @Test
    void allDevicesOfALongBusAreTold() throws IOException {
        for (int i = 0; i < 20; i++) {
            function(i, i);
        }
        assertThat(device.hotResetDevices()).isEqualTo(onTheBus);
    }

    @Test
    void theGroupsAreHandedOver() throws IommuException {
        function(0, 4);
        access.hotReset(List.of(11, 12));
        assertThat(given).containsExactly(11, 12);
        assertThat(device.decoding().interruptions()).isEqualTo(1);
    }

    @Test
    void whoIsInTheWayIsNamed() {
        function(0, 3);
        function(1, 0);
        function(2, -1);
        resetAnswer = Errno.EINVAL.answer();
        assertThatThrownBy(() -> access.hotReset(List.of()))
                .hasMessage("reset the bus of 0000:01:00.0: EINVAL: it would reset 0000:01:00.2 too, which no driver of"
                        + " VFIO has or which belongs to somebody else; remedy: bind 0000:01:00.2 to vfio-pci and"
                        + " attach it to the same address space");
    }

    @Test
    void theGroupsThatAreNeededAreNamed() {
        function(0, 4);
        function(1, 4);
        function(2, 5);
        resetAnswer = Errno.EINVAL.answer();
        assertThatThrownBy(() -> access.hotReset(List.of(11)))
                .hasMessage("reset the bus of 0000:01:00.0: EINVAL: it would reset 0000:01:00.1, 0000:01:00.2 too: all"
                        + " must be bound to a driver of VFIO, and whoever resets them must own the groups 4, 5;"
                        + " remedy: bind 0000:01:00.1, 0000:01:00.2 to vfio-pci and open the groups 4, 5");
    }

    @Test
    void aBusThatCannotBeResetAndOneThatDoesNotComeBackAreToldApart() {
        askAnswer = Errno.ENODEV.answer();
        assertThatThrownBy(() -> access.hotReset(List.of()))
                .hasMessage("reset the bus of 0000:01:00.0: ENODEV: neither its slot nor its bus can be reset (a bus"
                        + " that begins at the processor)");
        askAnswer = 0;
        resetAnswer = Errno.ENOTTY.answer();
        assertThatThrownBy(() -> access.hotReset(List.of()))
                .hasMessageContaining("ENOTTY: a device of the bus did not come back from the reset in time");
    }
}
