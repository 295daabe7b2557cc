package org.pinion.backend.iommufd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.pinion.api.IommuException;
import org.pinion.device.host.PinningFacts.Charge;
import org.pinion.linux.Errno;
import org.pinion.linux.procfs.MemlockUsage;
import org.pinion.linux.procfs.ProcessMemory;
import org.pinion.linux.uapi.Iommufd;
import org.pinion.spi.backend.BackendSession;

/** What new address spaces are told, by configuration. */
class OptionsTest {

    private final Machine machine = Machine.withMemlock(8 * Machine.MIB, Machine.edu(Machine.EDU, 1, Machine.MSI));

    private BackendSession open(SessionOptions options) throws IommuException {
        return new IommufdBackend(machine.watched.kernel(), options).open("vm0");
    }

    private MemlockUsage usage() throws IOException {
        return new ProcessMemory(machine.watched.kernel()).memlockUsage();
    }

    @Test
    void theChargeDecidesWhatTheBudgetCounts() throws IommuException, IOException {
        for (Charge charge : Charge.values()) {
            try (BackendSession session = open(new SessionOptions(true, charge))) {
                session.preflight(Machine.EDU);
                session.attach(Machine.EDU);
                session.map(machine.ram(0, Machine.MIB));
                assertThat(session.budget().locked()).isEqualTo(Machine.MIB);
                assertThat(session.budget().memlock()).isEqualTo(OptionalLong.of(8 * Machine.MIB));
                assertThat(usage().locked()).isEqualTo(charge == Charge.PROCESS ? Machine.MIB : 0);
            }
        }
        assertThat(machine.leaks()).isEmpty();
    }

    @Test
    void withoutThePrivilegeTheSpaceIsNotOpenedAndTheReasonNamesTheConfiguration() throws IOException {
        machine.watched.answer(Iommufd.OPTION, Errno.EPERM);
        assertThatThrownBy(() -> open(new SessionOptions(true, Charge.PROCESS)))
                .isInstanceOf(IommuException.class)
                .hasMessageContainingAll("memlock.charge=process", "CAP_SYS_RESOURCE", "memlock.charge=user");
        assertThat(machine.leaks()).isEmpty();
    }

    @Test
    void withoutHugePagesTheKernelIsToldSoForTheAddressSpace() throws IommuException {
        long[] options = new long[1];
        machine.watched.afterIoctl(request -> options[0] += request == Iommufd.OPTION ? 1 : 0);
        open(SessionOptions.DEFAULT).close();
        assertThat(options[0]).isZero();
        try (BackendSession session = open(new SessionOptions(false, Charge.USER))) {
            assertThat(options[0]).isEqualTo(1);
            session.map(machine.ram(0, Machine.MIB));
        }
    }
}
