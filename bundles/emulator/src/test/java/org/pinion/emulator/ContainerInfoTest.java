package org.pinion.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.pinion.emulator.ContainerProcess.MTTY_GROUP;
import static org.pinion.emulator.ContainerProcess.V2;
import static org.pinion.emulator.Process.errno;

import java.lang.foreign.Arena;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pinion.linux.Errno;
import org.pinion.linux.uapi.VfioInfoCapHeader;
import org.pinion.linux.uapi.VfioIommuType1Info;
import org.pinion.linux.uapi.VfioIommuType1InfoCapMigration;
import org.pinion.linux.uapi.VfioType1;

class ContainerInfoTest {

    private static final int PGSIZES_AND_CAPS = VfioType1.INFO_PGSIZES | VfioType1.INFO_CAPS;
    private static final int NEEDED = 120;

    private final ContainerProcess process = ContainerProcess.onLab();

    private VfioIommuType1Info asked(int declared) {
        VfioIommuType1Info info = VfioIommuType1Info.allocate(Arena.ofAuto(), NEEDED).capOffset(77);
        info.declareSize(declared);
        assertThat(process.kernel.ioctl(process.container, VfioType1.GET_INFO, info.memory())).isZero();
        return info;
    }

    @Test
    void capabilitiesFollowOneAnother() {
        process.ready(0, V2);
        assertThat(process.info().iovaPgsizes()).isEqualTo(0x40201000L);
        assertThat(process.info().declaredSize()).as("what was asked with").isEqualTo(536);
        assertThat(process.capabilities()).extracting(VfioInfoCapHeader::id).map(Short::intValue).containsExactly(
                VfioType1.CAP_MIGRATION, VfioType1.CAP_DMA_AVAIL, VfioType1.CAP_IOVA_RANGE);
        assertThat(process.capabilities()).extracting(VfioInfoCapHeader::next).containsExactly(56, 72, 0);
        assertThat(process.capabilities()).extracting(VfioInfoCapHeader::version).containsOnly((short) 1);
        assertThat(process.available()).isEqualTo(65535);
        assertThat(process.usable()).containsExactly("0x0-0xfedfffff", "0xfef00000-0x7fffffffff");
        VfioIommuType1InfoCapMigration migration =
                new VfioIommuType1InfoCapMigration(process.capabilities().getFirst().memory());
        assertThat(migration.pgsizeBitmap()).isEqualTo(4096);
        assertThat(migration.maxDirtyBitmapSize()).isEqualTo(1L << 28);
    }

    @Test
    void withMdevsAloneNoAddressesAreTold() {
        process.ready(MTTY_GROUP, V2);
        assertThat(process.info().iovaPgsizes()).isEqualTo(-4096L);
        assertThat(process.capabilities()).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(ints = {24, 64, NEEDED - 1})
    void withoutRoomForAllOnlyTheSizeIsTold(int declared) {
        process.ready(0, V2);
        VfioIommuType1Info info = asked(declared);
        assertThat(info.declaredSize()).isEqualTo(NEEDED);
        assertThat(info.flags()).isEqualTo(PGSIZES_AND_CAPS);
        assertThat(info.capOffset()).isZero();
        assertThat(asked(NEEDED).capOffset()).isEqualTo(24);
    }

    @Test
    void theFirstVersionOfTheStructureIsLeftAsItIsBehindItsEnd() {
        process.ready(0, V2);
        assertThat(asked(16).capOffset()).isEqualTo(77);
        VfioIommuType1Info info = VfioIommuType1Info.allocate(Arena.ofAuto());
        info.declareSize(15);
        assertThat(errno(process.kernel.ioctl(process.container, VfioType1.GET_INFO, info.memory())))
                .isEqualTo(Errno.EINVAL);
    }
}
