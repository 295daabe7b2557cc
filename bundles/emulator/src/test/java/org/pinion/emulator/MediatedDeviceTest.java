package org.pinion.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.pinion.emulator.Process.PAGE;
import static org.pinion.emulator.Process.errno;

import java.util.ArrayList;
import org.junit.jupiter.api.Test;
import org.pinion.linux.Errno;

class MediatedDeviceTest {

    private static final int MTTY = 3;

    private final Process process = Process.onLab();
    private final int ioas = process.ioas();
    private final int device = process.bound(MTTY);

    @Test
    void itAttachesToTheAddressSpaceItselfAndLimitsNothing() throws Exception {
        process.map(ioas, 0x10000, PAGE, 0xfee00000L);
        process.map(ioas, 0x10000, PAGE, 1L << 39);
        assertThat(process.attach(device, ioas)).isEqualTo(ioas);
        assertThat(process.usable(ioas)).containsExactly("0x0-0xffffffffffffffff");
        assertThat(process.map(ioas, 0x20000, PAGE, 0)).as("nothing is pinned").isZero();
        assertThat(process.pinnedKilobytes()).isZero();
        assertThat(errno(process.destroy(ioas))).isEqualTo(Errno.EBUSY);
    }

    @Test
    void theAlignmentBecomesAPageUntilItLeaves() {
        process.attach(device, ioas);
        assertThat(process.ranges(ioas, 1, new ArrayList<>()).iovaAlignment()).isEqualTo(PAGE);
        assertThat(errno(process.map(ioas, 0x10000, PAGE + 1, 0))).isEqualTo(Errno.EINVAL);
        process.detach(device);
        assertThat(process.ranges(ioas, 1, new ArrayList<>()).iovaAlignment()).isEqualTo(1);
        assertThat(process.destroy(ioas)).isZero();
    }

    @Test
    void whatIsMisalignedKeepsItOut() {
        process.map(ioas, 0x10001, 1, 0);
        assertThat(errno(process.attach(device, ioas))).isEqualTo(Errno.EADDRINUSE);
        assertThat(process.destroy(ioas)).isZero();
    }

    @Test
    void onlyAnAddressSpaceWillDo() {
        int pageTable = process.attach(process.bound(0), ioas);
        assertThat(errno(process.attach(device, pageTable))).isEqualTo(Errno.ENOENT);
        assertThat(errno(process.attach(device, 77))).isEqualTo(Errno.ENOENT);
    }

    @Test
    void attachingElsewhereMovesIt() {
        int other = process.ioas();
        process.attach(device, ioas);
        assertThat(process.attach(device, ioas)).isEqualTo(ioas);
        assertThat(process.attach(device, other)).isEqualTo(other);
        assertThat(process.destroy(ioas)).isZero();
        process.kernel.close(device);
        assertThat(process.destroy(other)).isZero();
    }

    @Test
    void aMoveThatFailsLeavesItWhereItIs() {
        int other = process.ioas();
        process.map(other, 0x10001, 1, 0);
        process.attach(device, ioas);
        assertThat(errno(process.attach(device, other))).isEqualTo(Errno.EADDRINUSE);
        assertThat(errno(process.destroy(ioas))).isEqualTo(Errno.EBUSY);
        assertThat(process.destroy(other)).isZero();
    }

    @Test
    void theOrderOfTwoDevicesMattersAsInTheKernel() {
        long va = process.memory(PAGE).address();
        process.attach(device, ioas);
        assertThat(process.map(ioas, va, PAGE, 0xfee00000L)).isZero();
        assertThat(errno(process.attach(process.bound(0), ioas))).isEqualTo(Errno.EADDRINUSE);
        int other = process.ioas();
        process.attached(1, other);
        assertThat(errno(process.map(other, va, PAGE, 0xfee00000L))).isEqualTo(Errno.EINVAL);
        assertThat(process.attach(device, other)).isEqualTo(other);
    }
}
