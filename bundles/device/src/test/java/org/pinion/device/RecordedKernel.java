package org.pinion.device;

import java.lang.foreign.MemorySegment;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.pinion.linux.Errno;
import org.pinion.linux.Kernel;
import org.pinion.linux.uapi.Vfio;
import org.pinion.linux.uapi.VfioDeviceInfo;
import org.pinion.linux.uapi.VfioRegionInfo;

/**
 * A kernel with one device: a BAR of 16 bytes that is memory, a read-only region, and configuration space. Keeps
 * what it was asked.
 */
final class RecordedKernel {

    static final int FD = 7;
    static final int BAR = 0;
    static final int READ_ONLY = 1;
    static final int WRITE_ONLY = 2;
    static final int ABSENT = 3;
    private static final long REGION_SHIFT = 40;

    final List<String> calls = Collections.synchronizedList(new ArrayList<>());
    final byte[][] regions = {new byte[16], new byte[8], new byte[8], {}, {}, {}, {}, new byte[64]};
    int openAnswer = FD;
    int closeAnswer = 0;
    int ioctlAnswer = 0;
    long shortBy = 0;
    int transferAnswer = 0;
    Runnable duringTransfer = () -> {};

    Kernel kernel() {
        return (Kernel) Proxy.newProxyInstance(
                Kernel.class.getClassLoader(), new Class<?>[] {Kernel.class}, (_, method, arguments) -> {
                    calls.add(method.getName());
                    return switch (method.getName()) {
                        case "open" -> openAnswer;
                        case "close" -> closeAnswer;
                        case "ioctl" -> ioctl((int) arguments[1], arguments[2]);
                        case "pread" ->
                            transfer((int) arguments[0], (MemorySegment) arguments[1], (long) arguments[2], true);
                        case "pwrite" ->
                            transfer((int) arguments[0], (MemorySegment) arguments[1], (long) arguments[2], false);
                        default -> throw new AssertionError("not expected: " + method.getName());
                    };
                });
    }

    private int ioctl(int request, Object argument) {
        if (ioctlAnswer != 0 || request == Vfio.DEVICE_RESET) {
            return ioctlAnswer;
        }
        if (request == Vfio.DEVICE_GET_INFO) {
            new VfioDeviceInfo((MemorySegment) argument).flags(Vfio.DEVICE_PCI | Vfio.DEVICE_RESETTABLE);
            return 0;
        }
        VfioRegionInfo info = new VfioRegionInfo((MemorySegment) argument);
        if (info.index() >= regions.length) {
            return Errno.EINVAL.answer();
        }
        info.size(regions[info.index()].length).offset((long) info.index() << REGION_SHIFT);
        info.flags((info.index() == WRITE_ONLY ? 0 : Vfio.REGION_READ)
                | (info.index() == READ_ONLY ? 0 : Vfio.REGION_WRITE));
        return 0;
    }

    private long transfer(int fd, MemorySegment memory, long at, boolean in) {
        if (fd != FD) {
            return Errno.EBADF.answer();
        }
        duringTransfer.run();
        if (transferAnswer != 0) {
            return transferAnswer;
        }
        int start = (int) (at & ((1L << REGION_SHIFT) - 1));
        MemorySegment bytes = MemorySegment.ofArray(regions[(int) (at >>> REGION_SHIFT)])
                .asSlice(start, memory.byteSize());
        if (in) {
            memory.copyFrom(bytes);
        } else {
            bytes.copyFrom(memory);
        }
        return memory.byteSize() - shortBy;
    }
}
