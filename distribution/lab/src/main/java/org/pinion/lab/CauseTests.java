package org.pinion.lab;

import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.pinion.api.AddressRange;
import org.pinion.api.AddressSpace;
import org.pinion.api.AttachedDevice;
import org.pinion.api.FlatView;
import org.pinion.api.HostMemory;
import org.pinion.api.IommuException;
import org.pinion.api.Mapping;
import org.pinion.api.RefusedException;
import org.pinion.api.Section;
import org.pinion.linux.sysfs.PciFunction;

/** What is wrong is said in words that an operator can act on. */
final class CauseTests {

    private static final long MIB = 1 << 20;
    private static final long GUEST = 64 * MIB;
    private static final String ENTRY_LIMIT = "/sys/module/vfio_iommu_type1/parameters/dma_entry_limit";
    private static final AddressRange MSI = AddressRange.ofSize(0xfee0_0000L, MIB);

    private CauseTests() {}

    static List<AcceptanceTest> on(String backend) {
        List<AcceptanceTest> tests = new ArrayList<>(ofBoth(backend));
        if (backend.equals("vfio")) {
            tests.add(AcceptanceTest.on(backend, "cause-entry-limit", "more mappings than a container takes",
                    CauseTests::entryLimit));
        }
        return tests;
    }

    private static List<AcceptanceTest> ofBoth(String backend) {
        return List.of(
                AcceptanceTest.on(backend, "cause-host-driver", "a device that its host driver has",
                        CauseTests::hostDriver),
                AcceptanceTest.on(backend, "cause-group-not-viable",
                        "a device whose neighbour in the group a host driver has; without that driver it attaches",
                        CauseTests::groupNotViable),
                AcceptanceTest.on(backend, "cause-held-elsewhere", "a device that another address space has",
                        CauseTests::heldElsewhere),
                AcceptanceTest.on(backend, "cause-unsafe-interrupts",
                        "a platform that does not isolate interrupts, and the parameter that allows it",
                        CauseTests::unsafeInterrupts),
                AcceptanceTest.on(backend, "cause-over-msi", "RAM over the MSI window", CauseTests::overMsi),
                AcceptanceTest.on(backend, "cause-past-aperture", "RAM past the device's aperture",
                        CauseTests::pastAperture),
                AcceptanceTest.on(backend, "cause-overlap", "sections that overlap", CauseTests::overlap),
                AcceptanceTest.on(backend, "cause-no-permission", "nodes that the user may not open",
                        CauseTests::noPermission),
                AcceptanceTest.on(backend, "cause-memlock",
                        "a limit on locked memory that is too small: the number said is the one needed",
                        CauseTests::memlock));
    }

    private static void hostDriver(Lab lab, String backend) throws Exception {
        Expect.equal("the driver of " + Guest.HOST_DEVICE, "virtio-pci",
                lab.look().function(Guest.HOST_DEVICE).driver().orElse(""));
        Expect.says(failedAttach(lab, backend, Guest.HOST_DEVICE),
                "has driver virtio-pci, not one of VFIO", Guest.HOST_DEVICE + "/driver_override");
    }

    private static void groupNotViable(Lab lab, String backend) throws Exception {
        PciFunction edu = lab.look().function(Guest.EDU_WITH_NEIGHBOUR);
        PciFunction neighbour = lab.look().function(Guest.HOST_DEVICE);
        Expect.equal("the neighbour's group", edu.group(), neighbour.group());
        Expect.says(failedAttach(lab, backend, edu.address()), "group " + edu.group().getAsInt(),
                neighbour.address() + " has driver virtio-pci");
        String drivers = "/sys/bus/pci/drivers/virtio-pci/";
        lab.kernel().writeFile(drivers + "unbind", neighbour.address());
        try (AddressSpace space = lab.open(backend, "strict")) {
            space.attach(edu.address());
        } finally {
            lab.kernel().writeFile(drivers + "bind", neighbour.address());
        }
    }

    private static void heldElsewhere(Lab lab, String backend) throws Exception {
        try (AddressSpace space = lab.open(backend, "strict")) {
            space.attach(Guest.EDU);
            try (AddressSpace other = lab.open("other", backend, "strict")) {
                String message = Expect.failure(IommuException.class, () -> other.attach(Guest.EDU)).getMessage();
                Expect.says(message, Guest.EDU, "another address space");
            }
        }
    }

    private static void unsafeInterrupts(Lab lab, String backend) throws Exception {
        String parameter = KernelView.unsafeInterrupts(backend);
        lab.kernel().writeFile(parameter, "N");
        try {
            if (KernelView.isolatesInterrupts()) {
                try (AddressSpace space = lab.open(backend, "strict")) {
                    space.attach(Guest.EDU);
                }
            } else {
                Expect.says(failedAttach(lab, backend, Guest.EDU),
                        "the platform does not isolate the device's interrupts", "echo Y > " + parameter);
            }
        } finally {
            lab.kernel().writeFile(parameter, "Y");
        }
    }

    private static void overMsi(Lab lab, String backend) throws Exception {
        Expect.says(refusal(lab, backend, MSI), MSI.toString(), "reserved (msi) by " + Guest.EDU, "'ram'",
                "keep the guest's RAM out of");
    }

    private static void pastAperture(Lab lab, String backend) throws Exception {
        long last;
        try (AddressSpace space = lab.open(backend, "strict")) {
            last = space.attach(Guest.EDU).limits().usable().ranges().getLast().last();
        }
        if (last == -1L) {
            highest(lab, backend);
        } else {
            long pastLast = Long.compareUnsigned(last, -1L - MIB) > 0 ? -1L : last + MIB;
            AddressRange past = new AddressRange(last + 1, pastLast);
            String why = past.last() == -1L ? "reserved (last page of all addresses) by " : "outside the aperture of ";
            Expect.says(refusal(lab, backend, past), past.toString(), why + Guest.EDU, "'ram'");
        }
    }

    /** RAM that ends with the last of all addresses, and nothing is past it: a device reaches the last byte. */
    private static void highest(Lab lab, String backend) throws Exception {
        AddressRange range = new AddressRange(-MIB, -1L);
        try (HostMemory memory = lab.memory(MIB); AddressSpace space = lab.open(backend, "strict")) {
            space.commit(Views.of(Views.ram(range, memory, 0)));
            AttachedDevice device = space.attach(Guest.EDU);
            Edu edu = new Edu(device);
            memory.segment().asSlice(0, 64).fill((byte) 0x5a);
            edu.read(range.start(), 64);
            edu.write(range.last() - 63, 64);
            Expect.equal("the last byte", (byte) 0x5a, memory.segment().get(
                    ValueLayout.JAVA_BYTE, MIB - 1));
        }
    }

    private static void entryLimit(Lab lab, String backend) throws Exception {
        String before = lab.kernel().readFile(ENTRY_LIMIT).strip();
        lab.kernel().writeFile(ENTRY_LIMIT, "2");
        try (HostMemory memory = lab.memory(3 * MIB); AddressSpace space = lab.open(backend, "strict")) {
            List<Section> sections = LongStream.range(0, 3)
                    .mapToObj(at -> Views.ram(AddressRange.ofSize(2 * at * MIB, MIB), memory, at * MIB))
                    .toList();
            space.attach(Guest.EDU);
            space.commit(FlatView.of("memory", sections.subList(0, 2)));
            List<Mapping> table = space.snapshot().table();
            IommuException failure =
                    Expect.failure(IommuException.class, () -> space.commit(FlatView.of("memory", sections)));
            Expect.says(failure.getMessage(), "1 in addition, and there is room for 0", "dma_entry_limit");
            Expect.equal("the table after it", table, space.snapshot().table());
        } finally {
            lab.kernel().writeFile(ENTRY_LIMIT, before);
        }
    }

    private static void overlap(Lab lab, String backend) throws Exception {
        try (HostMemory memory = lab.memory(2 * MIB)) {
            Section first = Section.ram(AddressRange.ofSize(0, MIB), memory.backing(), "first");
            Section second = Section.ram(AddressRange.ofSize(MIB - 0x1000, MIB), memory.backing(), "second");
            Expect.says(Expect.failure(IllegalArgumentException.class, () -> FlatView.of("memory",
                    List.of(first, second))).getMessage(), first.toString(), "overlaps", second.toString());
        }
    }

    private static void noPermission(Lab lab, String backend) throws Exception {
        Path mtree = Pinion.memoryTree(MIB);
        Pinion nobody = Pinion.ofNobody(lab, GUEST);
        List<Path> closed = new ArrayList<>(lab.look().nodes(Guest.EDU, backend));
        try (Permissions permissions = new Permissions()) {
            for (Path node : closed) {
                permissions.set(node, "rw-------");
            }
            for (Path node : closed) {
                String said = plug(nobody, backend, mtree).expectExitCode(1).err();
                Expect.says(said, "EACCES", "may not open " + node, "give the user the device");
                permissions.set(node, "rw-rw-rw-");
            }
            plug(nobody, backend, mtree).expectExitCode(0);
        }
    }

    private static void memlock(Lab lab, String backend) throws Exception {
        Path mtree = Pinion.memoryTree(GUEST);
        try (Permissions permissions = new Permissions()) {
            permissions.openNodes(lab);
            Pinion.Result little = plug(Pinion.ofNobody(lab, GUEST - MIB), backend, mtree).expectExitCode(1);
            Expect.says(little.err(), "0x%x bytes".formatted(GUEST), "limit on locked memory leaves 0x%x".formatted(
                    GUEST - MIB), "ulimit -l");
            plug(Pinion.ofNobody(lab, GUEST), backend, mtree).expectExitCode(0);
        }
    }

    private static Pinion.Result plug(Pinion pinion, String backend, Path mtree) throws Exception {
        return pinion.run("plug", mtree.toString(), "--backend", backend, "--device", Guest.EDU);
    }

    private static String failedAttach(Lab lab, String backend, String device) throws IommuException {
        try (AddressSpace space = lab.open(backend, "strict")) {
            return Expect.failure(IommuException.class, () -> space.attach(device)).getMessage();
        }
    }

    private static String refusal(Lab lab, String backend, AddressRange range) throws IommuException {
        try (HostMemory memory = lab.memory(range.size()); AddressSpace space = lab.open(backend, "strict")) {
            space.commit(Views.of(Views.ram(range, memory, 0)));
            RefusedException refused = Expect.failure(RefusedException.class, () -> space.attach(Guest.EDU));
            Expect.equal("attached devices after a refusal", List.of(), space.snapshot().devices());
            return refused.getMessage();
        }
    }
}
