package org.pinion.device.cause;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pinion.api.HostDevice;
import org.pinion.device.host.GroupFacts;

/** Which drivers are VFIO's. */
class DriverCausesTest {

    @ParameterizedTest
    @ValueSource(strings = {"vfio-pci", "mlx5_vfio_pci", "hisi_acc_vfio_pci", "pds-vfio-pci", "nvgrace_gpu_vfio_pci"})
    void aVendorsDriverIsOneOfVfio(String driver) {
        assertThat(DriverCauses.boundToVfio(device(driver))).isTrue();
        assertThat(new GroupFacts.Member("0000:01:00.0", driver).usedByHost()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"mlx5_core", "e1000e"})
    void anotherDriverIsNot(String driver) {
        assertThat(DriverCauses.boundToVfio(device(driver))).isFalse();
        assertThat(new GroupFacts.Member("0000:01:00.0", driver).usedByHost()).isTrue();
    }

    @Test
    void noDriverIsNot() {
        assertThat(DriverCauses.boundToVfio(device(""))).isFalse();
    }

    private static HostDevice device(String driver) {
        return new HostDevice("0000:01:00.0", "a network card", 1, driver, false);
    }
}
