package org.pinion.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.pinion.emulator.Process.PAGE;
import static org.pinion.emulator.Process.errno;

import org.junit.jupiter.api.Test;
import org.pinion.linux.Errno;

class GroupRulesTest {

    private static final String TWO_IN_A_GROUP = """
            devices:
              - {address: "0000:00:01.0", model: edu, group: 1}
              - address: "0000:00:01.1"
                model: edu
                group: 1
                reserved:
                  - {range: 0x1000-0x1fff, type: reserved}
                  - {range: 0x8000-0x8fff, type: direct-relaxable}
              - {address: "0000:00:02.0", model: edu, group: 2}
            """;

    private final Process process = Process.on(TWO_IN_A_GROUP);
    private final int ioas = process.ioas();
    private final int first = process.bound(0);
    private final int second = process.bound(1);

    @Test
    void eachDeviceReservesForItselfAndRelaxableRegionsAreNotReserved() {
        process.attach(first, ioas);
        assertThat(process.usable(ioas)).containsExactly("0x0-0xfedfffff", "0xfef00000-0x7fffffffff");
        process.attach(second, ioas);
        assertThat(process.usable(ioas))
                .containsExactly("0x0-0xfff", "0x2000-0xfedfffff", "0xfef00000-0x7fffffffff");
        process.detach(second);
        assertThat(process.usable(ioas)).hasSize(2);
    }

    @Test
    void bothUseOnePageTable() {
        int pageTable = process.attach(first, ioas);
        assertThat(errno(process.attach(second, process.ioas()))).isEqualTo(Errno.EINVAL);
        assertThat(process.attach(second, ioas)).isEqualTo(pageTable);
    }

    @Test
    void bothMoveTogether() {
        process.attach(first, ioas);
        process.attach(second, ioas);
        int other = process.ioas();
        int pageTable = process.attach(first, other);
        assertThat(process.usable(other)).contains("0x0-0xfff");
        assertThat(process.usable(ioas)).containsExactly("0x0-0xffffffffffffffff");
        assertThat(process.attach(second, other)).isEqualTo(pageTable);
        process.detach(first);
        process.detach(second);
        assertThat(process.destroy(other)).isZero();
    }

    @Test
    void aMoveFailsOnWhatThePeerReserves() {
        process.attach(first, ioas);
        process.attach(second, ioas);
        int other = process.ioas();
        process.map(other, process.memory(PAGE).address(), PAGE, 0x1000);
        assertThat(errno(process.attach(first, other))).isEqualTo(Errno.EADDRINUSE);
        assertThat(process.usable(other)).containsExactly("0x0-0xffffffffffffffff");
        assertThat(process.usable(ioas)).hasSize(3);
    }

    @Test
    void oneIommufdOwnsAGroup() {
        Process other = new Process(process.kernel);
        process.kernel.close(first);
        assertThat(errno(other.bind(other.openDevice(0)))).isEqualTo(Errno.EPERM);
        process.kernel.close(second);
        assertThat(other.bind(other.openDevice(0))).isPositive();
    }

    @Test
    void aPeerOfAHostDriverCannotBeBound() {
        Process mixed = Process.on("""
                devices:
                  - {address: "0000:00:01.0", model: edu, group: 1}
                  - {address: "0000:00:01.1", model: edu, group: 1, driver: nvme}
                  - {address: "0000:00:02.0", model: edu, group: 2}
                  - {address: "0000:00:02.1", model: edu, group: 2, driver: none}
                """);
        assertThat(errno(mixed.bind(mixed.openDevice(0)))).isEqualTo(Errno.EPERM);
        assertThat(mixed.bind(mixed.openDevice(1))).isPositive();
        assertThat(errno(mixed.openDevice(2))).as("only vfio-pci has character devices").isEqualTo(Errno.ENOENT);
    }
}
