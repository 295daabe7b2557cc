package org.pinion.lab;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Random;
import org.pinion.api.AddressRange;
import org.pinion.api.AddressSpace;
import org.pinion.api.AttachedDevice;
import org.pinion.api.HostMemory;
import org.pinion.api.IommuException;
import org.pinion.api.RegionMemory;
import org.pinion.device.DeviceRegion;
import org.pinion.device.PciConfigSpace;
import org.pinion.device.RegionArea;
import org.pinion.device.VfioDevice;
import org.pinion.device.cause.DeviceAccess;
import org.pinion.linux.uapi.Vfio;

/** What a device's regions are on the real kernel. */
final class RegionTests {

    private static final long MIB = 1 << 20;
    private static final int VGA_REGION = 8;
    private static final long INSIDE = 0x5000;
    private static final int COUNT = 0x1000;
    private static final int IDENTIFICATION = 0;
    private static final int EDU_IS = 0x01_00_00_ed;
    private static final long IOVA = 0x10_0000;

    private RegionTests() {}

    static List<AcceptanceTest> on(String backend) {
        return List.of(
                AcceptanceTest.on(backend, "device-regions",
                        "BARs, MSI-X table and configuration space of an edu, an ivshmem and an nvme",
                        RegionTests::regions),
                AcceptanceTest.on(backend, "device-bar-memory", "a BAR as a memory segment: the same bytes both ways",
                        RegionTests::barMemory),
                AcceptanceTest.on(backend, "device-bus-master",
                        "a device that is no bus master moves no bytes; one that is, does", RegionTests::busMaster),
                AcceptanceTest.on(backend, "device-refusals",
                        "regions that are not there, offsets past the end, memory that is off, each in words",
                        RegionTests::refusals));
    }

    private static void regions(Lab lab, String backend) throws Exception {
        try (RawSpace devices = lab.raw(backend)) {
            DeviceAccess edu = devices.open(Guest.EDU);
            DeviceAccess nvme = devices.open(Guest.NVME);
            whole(edu.vfio().region(0), MIB);
            whole(devices.open(Guest.SHARED_MEMORY).vfio().region(Guest.SHARED_MEMORY_BAR), 16 * MIB);
            whole(nvme.vfio().region(2), MIB);
            Expect.that(nvme.vfio().region(0).msixMappable(), "the page of the MSI-X table may not be mapped");
            Expect.that(!edu.vfio().region(0).msixMappable(), "an edu has an MSI-X table");
            Expect.equal("bytes of a BAR that edu has not", 0L, edu.vfio().region(1).size());
            identity(edu.vfio(), 0x1234, 0x11e8, 0x100);
            identity(nvme.vfio(), 0x1b36, 0x0010, 0x1000);
            Expect.equal("edu's identification", EDU_IS, new Registers(edu, 0).get(IDENTIFICATION) & 0xff_ff_00_ff);
        }
    }

    private static void whole(DeviceRegion region, long size) {
        Expect.equal("bytes of BAR " + region.index(), size, region.size());
        Expect.equal("what of BAR " + region.index() + " can be mapped", List.of(new RegionArea(0, size)),
                region.mappable());
        Expect.that(region.readable() && region.writable(), region + " cannot be read and written");
    }

    private static void identity(VfioDevice device, int vendor, int id, long configBytes) throws Exception {
        PciConfigSpace config = device.configSpace();
        Expect.equal("vendor and device", "%04x:%04x".formatted(vendor, id),
                "%04x:%04x".formatted(config.vendorId(), config.deviceId()));
        Expect.equal("bytes of configuration space", configBytes, device.region(Vfio.PCI_CONFIG_REGION).size());
        Expect.that(config.memoryEnabled(), "an open device's memory is off");
        Expect.that((device.flags() & Vfio.DEVICE_PCI) != 0, "it does not say that it is a PCI function");
    }

    private static void barMemory(Lab lab, String backend) throws Exception {
        MemorySegment mapped;
        try (RawSpace devices = lab.raw(backend)) {
            DeviceAccess ivshmem = devices.open(Guest.SHARED_MEMORY);
            mapped = ivshmem.map(2, AddressRange.ofSize(INSIDE, COUNT));
            byte[] pattern = new byte[COUNT];
            new Random(COUNT).nextBytes(pattern);
            mapped.copyFrom(MemorySegment.ofArray(pattern));
            MemorySegment read = MemorySegment.ofArray(new byte[COUNT]);
            ivshmem.read(2, INSIDE, read);
            Expect.equal("the first byte that differs", -1L, read.mismatch(mapped));
            ivshmem.write(2, INSIDE + 8, MemorySegment.ofArray(new long[] {0x1122_3344_5566_7788L}));
            Expect.equal("what was written to the region", 0x1122_3344_5566_7788L,
                    mapped.get(ValueLayout.JAVA_LONG, 8));
            DeviceAccess edu = devices.open(Guest.EDU);
            int identification = edu.map(0, AddressRange.ofSize(0, 0x1000)).get(ValueLayout.JAVA_INT, 0);
            Expect.equal("edu's identification in memory", EDU_IS, identification & 0xff_ff_00_ff);
        }
        Expect.failure(IllegalStateException.class, () -> mapped.get(ValueLayout.JAVA_LONG, 8));
        onTheApi(lab, backend);
    }

    private static void onTheApi(Lab lab, String backend) throws Exception {
        MemorySegment left;
        try (AddressSpace space = lab.open(backend, "strict")) {
            AttachedDevice edu = space.attach(Guest.EDU);
            Expect.equal("what of the BAR can be mapped",
                    List.of(AddressRange.ofSize(0, edu.region(0).size())), edu.region(0).mappable());
            try (RegionMemory registers = edu.map(0, AddressRange.ofSize(0, 0x1000))) {
                int identification = registers.segment().get(ValueLayout.JAVA_INT, 0);
                Expect.equal("edu's identification in memory", EDU_IS, identification & 0xff_ff_00_ff);
            }
            left = edu.map(0, AddressRange.ofSize(0, 0x1000)).segment();
        }
        Expect.failure(IllegalStateException.class, () -> left.get(ValueLayout.JAVA_INT, 0));
    }

    private static void busMaster(Lab lab, String backend) throws Exception {
        try (HostMemory memory = lab.memory(0x1000); RawSpace devices = lab.raw(backend)) {
            DeviceAccess edu = devices.open(Guest.EDU);
            devices.map(IOVA, memory.segment());
            edu.vfio().configSpace().busMaster(false);
            Expect.that(!edu.vfio().configSpace().busMaster(), "the bit stays");
            memory.segment().fill((byte) 1);
            bringBack(edu, memory);
            Expect.equal("memory after a DMA by what is no bus master", (byte) 1, first(memory));
            edu.vfio().configSpace().busMaster(true);
            bringBack(edu, memory);
            Expect.equal("memory after a DMA by a bus master", (byte) 0x77, first(memory));
        }
    }

    /** Has edu read what is at the address, and write 0x77 and more there from a buffer that it has read before. */
    private static void bringBack(DeviceAccess edu, HostMemory memory) throws Exception {
        byte before = first(memory);
        memory.segment().fill((byte) 0x77);
        dma(edu, IOVA, 0x40000, 1);
        memory.segment().fill(before);
        dma(edu, 0x40000, IOVA, 3);
    }

    private static byte first(HostMemory memory) {
        return memory.segment().get(ValueLayout.JAVA_BYTE, 0);
    }

    private static void dma(DeviceAccess edu, long from, long to, int command) throws Exception {
        Registers registers = new Registers(edu, 0);
        registers.setLong(0x80, from);
        registers.setLong(0x88, to);
        registers.set(0x90, 8);
        registers.set(0x98, command);
        Expect.soon("the edu is not done", () -> (registers.get(0x98) & 1) == 0);
    }

    private static void refusals(Lab lab, String backend) throws Exception {
        MemorySegment four = MemorySegment.ofArray(new int[1]);
        try (RawSpace devices = lab.raw(backend)) {
            DeviceAccess edu = devices.open(Guest.EDU);
            refused(() -> edu.read(VGA_REGION, 0, four), "EINVAL", "no such region");
            refused(() -> edu.read(1, 0, four), "the device does not have the region");
            refused(() -> edu.write(0, MIB - 2, four), "the region ends at 0x100000");
            refused(() -> edu.map(1, AddressRange.ofSize(0, 0x1000)), "EINVAL", "lets no process map that part");
            refused(() -> edu.map(0, AddressRange.ofSize(MIB, 0x1000)), "EINVAL", "lets no process map that part");
            edu.vfio().configSpace().memoryEnabled(false);
            refused(() -> edu.read(0, 0, four), "EIO", "its memory is disabled", "command register");
            edu.vfio().configSpace().memoryEnabled(true);
            edu.read(0, 0, four);
        }
    }

    private interface Call {
        void run() throws IommuException;
    }

    private static void refused(Call call, String... words) {
        Expect.says(Expect.failure(IommuException.class, () -> {
            call.run();
            return "no refusal";
        }).getMessage(), words);
    }
}
