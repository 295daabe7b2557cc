package org.pinion.emulator.vfio;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.WeakReference;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.pinion.emulator.host.HostDevice;
import org.pinion.emulator.host.HostFile;
import org.pinion.emulator.host.KernelRelease;
import org.pinion.emulator.iommufd.DmaBuf;
import org.pinion.emulator.iommufd.GroupOwners;
import org.pinion.emulator.memory.Pages;
import org.pinion.emulator.pci.FaultLog;
import org.pinion.emulator.type1.IommuGroup;

class ExportedBuffersTest {

    private static final int BAR = 2;
    private static final int COLLECTIONS = 100;

    private final List<HostDevice> devices = HostFile.read(
            "test.yaml", "devices: [{address: '0000:00:12.0', model: ivshmem, group: 1}]").devices();
    private final GroupOwners owners = new GroupOwners(devices);
    private final VfioDevice device = new VfioDevice("vfio0", devices.getFirst(),
            new VfioGroup(IommuGroup.of(1, devices), owners), owners, new FaultLog(),
            KernelRelease.LINUX_7_3);

    @Test
    void aDeviceForgetsABufferThatNobodyHas() {
        DmaBuf kept = export();
        WeakReference<DmaBuf> dropped = new WeakReference<>(export());
        for (int i = 0; i < COLLECTIONS && !dropped.refersTo(null); i++) {
            System.gc();
        }
        assertThat(dropped.refersTo(null)).isTrue();
        assertThat(device.function().memoryEnabled()).as("the device is there still").isTrue();
        assertThat(kept).isNotNull();
    }

    private DmaBuf export() {
        return device.export(BAR, List.of(new DmaBuf.Part(0, Pages.SIZE)));
    }
}
