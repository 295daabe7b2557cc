package org.pinion.lab;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.pinion.api.AddressSpace;
import org.pinion.api.AttachedDevice;
import org.pinion.api.DeviceInterrupts;
import org.pinion.api.HostMemory;
import org.pinion.api.InterruptKind;
import org.pinion.api.IommuException;
import org.pinion.device.DeviceIrq;
import org.pinion.device.Interrupts;
import org.pinion.device.cause.DeviceAccess;
import org.pinion.linux.uapi.Vfio;

/** Interrupts of devices arrive in Java. */
final class InterruptTests {

    private static final Duration SOON = Duration.ofSeconds(10);
    private static final Duration FOR_EVER = Duration.ofDays(1);
    private static final Duration NOT = Duration.ofMillis(300);
    private static final int RAISE = 0x60;
    private static final int ACKNOWLEDGE = 0x64;
    private static final int INTERRUPT_STATUS = 0x24;
    private static final int DMA_IS_DONE = 0x100;
    private static final int VECTORS = 3;
    private static final long IOVA = 0x10_0000;

    private InterruptTests() {}

    static List<AcceptanceTest> on(String backend) {
        return List.of(
                AcceptanceTest.on(backend, "irq-kinds", "which kinds of interrupts an edu and an nvme have",
                        InterruptTests::kinds),
                AcceptanceTest.on(backend, "irq-intx",
                        "edu raises INTx: it masks itself, and comes again if its cause is still there",
                        InterruptTests::intx),
                AcceptanceTest.on(backend, "irq-msi", "edu raises an MSI, and one at the end of a DMA",
                        InterruptTests::msi),
                AcceptanceTest.on(backend, "irq-msix",
                        "a driver in Java has an nvme carry out a command, whose end comes as MSI-X",
                        InterruptTests::msix),
                AcceptanceTest.on(backend, "irq-request",
                        "the host asks for a device back: the driver is told, lets go, and the host has it",
                        InterruptTests::request),
                AcceptanceTest.on(backend, "irq-driver",
                        "a driver on the api alone waits for its interrupts, and is told when its device goes",
                        InterruptTests::driver),
                AcceptanceTest.on(backend, "irq-refusals", "interrupts that a device has not, in words",
                        InterruptTests::refusals));
    }

    private static void kinds(Lab lab, String backend) throws Exception {
        try (RawSpace devices = lab.raw(backend)) {
            DeviceAccess edu = devices.open(Guest.EDU);
            DeviceAccess nvme = devices.open(Guest.NVME);
            Expect.equal("INTx of edu", new DeviceIrq(0, 1, true, true, true), edu.vfio().irq(Vfio.PCI_INTX_IRQ));
            Expect.equal("MSI of edu", new DeviceIrq(1, 1, true, false, false), edu.vfio().irq(Vfio.PCI_MSI_IRQ));
            Expect.equal("MSI-X of edu", 0, edu.vfio().irq(Vfio.PCI_MSIX_IRQ).count());
            Expect.equal("requests of edu", 1, edu.vfio().irq(Vfio.PCI_REQ_IRQ).count());
            Expect.that(nvme.vfio().irq(Vfio.PCI_MSIX_IRQ).count() > VECTORS, "the nvme has too few MSI-X");
            try (Interrupts _ = nvme.interrupts(Vfio.PCI_ERR_IRQ, 1);
                    Interrupts _ = nvme.interrupts(Vfio.PCI_REQ_IRQ, 1)) {
                Expect.equal("errors of the nvme", 1, nvme.vfio().irq(Vfio.PCI_ERR_IRQ).count());
            }
        }
    }

    private static void intx(Lab lab, String backend) throws Exception {
        try (RawSpace devices = lab.raw(backend)) {
            DeviceAccess edu = devices.open(Guest.EDU);
            Registers registers = new Registers(edu, 0);
            try (Interrupts interrupts = edu.interrupts(Vfio.PCI_INTX_IRQ, 1)) {
                Expect.equal("interrupts before", 0L, interrupts.await(0, Duration.ZERO));
                registers.set(RAISE, 1);
                Expect.equal("interrupts", 1L, interrupts.await(0, SOON));
                Expect.equal("interrupts while it is masked", 0L, interrupts.await(0, NOT));
                interrupts.unmask(0);
                Expect.equal("interrupts whose cause is still there", 1L, interrupts.await(0, SOON));
                registers.set(ACKNOWLEDGE, 1);
                interrupts.unmask(0);
                Expect.equal("interrupts whose cause is gone", 0L, interrupts.await(0, NOT));
            }
        }
    }

    private static void msi(Lab lab, String backend) throws Exception {
        try (HostMemory memory = lab.memory(0x1000); RawSpace devices = lab.raw(backend)) {
            DeviceAccess edu = devices.open(Guest.EDU);
            devices.map(IOVA, memory.segment());
            edu.vfio().configSpace().busMaster(true);
            Registers registers = new Registers(edu, 0);
            try (Interrupts interrupts = edu.interrupts(Vfio.PCI_MSI_IRQ, 1)) {
                registers.set(RAISE, 1);
                Expect.equal("interrupts", 1L, interrupts.await(0, SOON));
                registers.set(RAISE, 1);
                Expect.equal("interrupts of one that is raised again", 1L, interrupts.await(0, SOON));
                registers.set(ACKNOWLEDGE, 1);
                registers.setLong(0x80, IOVA);
                registers.setLong(0x88, 0x40000);
                registers.set(0x90, 8);
                registers.set(0x98, 1 | 4);
                Expect.equal("interrupts of a DMA", 1L, interrupts.await(0, SOON));
                Expect.equal("why", DMA_IS_DONE, registers.get(INTERRUPT_STATUS));
                registers.set(ACKNOWLEDGE, DMA_IS_DONE);
            }
            try (Interrupts interrupts = edu.interrupts(Vfio.PCI_MSI_IRQ, 1)) {
                Expect.equal("interrupts of before", 0L, interrupts.await(0, NOT));
            }
        }
    }

    private static void msix(Lab lab, String backend) throws Exception {
        try (HostMemory memory = lab.memory(Nvme.MEMORY); RawSpace devices = lab.raw(backend)) {
            DeviceAccess device = devices.open(Guest.NVME);
            devices.map(IOVA, memory.segment());
            device.vfio().configSpace().busMaster(true);
            try (Interrupts interrupts = device.interrupts(Vfio.PCI_MSIX_IRQ, VECTORS)) {
                Nvme nvme = new Nvme(device, memory.segment(), IOVA);
                nvme.start();
                nvme.identify();
                Expect.equal("interrupts", 1L, interrupts.await(0, SOON));
                Expect.equal("the nvme's serial number", "lab", nvme.serialNumber());
                Expect.equal("other interrupts", 0L, interrupts.await(1, Duration.ZERO));
            }
        }
    }

    private static void driver(Lab lab, String backend) throws Exception {
        try (AddressSpace space = lab.open(backend, "strict")) {
            AttachedDevice edu = space.attach(Guest.EDU);
            Expect.equal("MSI of edu", 1, edu.interrupts(InterruptKind.MSI));
            Expect.equal("MSI-X of edu", 0, edu.interrupts(InterruptKind.MSIX));
            Expect.equal("whether the nvme has MSI-X", true,
                    space.attach(Guest.NVME).interrupts(InterruptKind.MSIX) > VECTORS);
            DeviceInterrupts interrupts = edu.allow(InterruptKind.MSI, 1);
            edu.write(0, RAISE, MemorySegment.ofArray(new int[] {1}));
            Expect.equal("interrupts of what is no bus master", 0L, interrupts.await(0, NOT));
            edu.write(Vfio.PCI_CONFIG_REGION, 4, MemorySegment.ofArray(new short[] {6}));
            edu.write(0, RAISE, MemorySegment.ofArray(new int[] {1}));
            Expect.equal("interrupts", 1L, interrupts.await(0, SOON));
            FutureTask<Long> waiting = new FutureTask<>(() -> interrupts.await(0, FOR_EVER));
            Thread.ofPlatform().start(waiting);
            space.detach(Guest.EDU);
            ExecutionException end =
                    Expect.failure(ExecutionException.class, () -> waiting.get(10, TimeUnit.SECONDS));
            Expect.says(end.getCause().getMessage(), "the device is not attached any more");
        }
    }

    private static void request(Lab lab, String backend) throws Exception {
        String driver = "/sys/bus/pci/drivers/vfio-pci/";
        FutureTask<Void> unbind = new FutureTask<>(() -> {
            lab.kernel().writeFile(driver + "unbind", Guest.SECOND_EDU);
            return null;
        });
        try {
            try (RawSpace devices = lab.raw(backend)) {
                Interrupts requests = devices.open(Guest.SECOND_EDU).interrupts(Vfio.PCI_REQ_IRQ, 1);
                Thread.ofPlatform().start(unbind);
                Expect.that(requests.await(0, SOON) > 0, "the driver is not asked to let go");
                Expect.that(!unbind.isDone(), "the device was taken away");
                requests.close();
            }
            unbind.get(SOON.toSeconds(), TimeUnit.SECONDS);
            Expect.equal("the driver", "", lab.look().function(Guest.SECOND_EDU).driver().orElse(""));
        } finally {
            unbind.get(SOON.toSeconds(), TimeUnit.SECONDS);
            lab.kernel().writeFile("/sys/bus/pci/drivers_probe", Guest.SECOND_EDU);
        }
    }

    private static void refusals(Lab lab, String backend) throws Exception {
        try (RawSpace devices = lab.raw(backend)) {
            DeviceAccess edu = devices.open(Guest.EDU);
            refused(edu, Vfio.PCI_MSI_IRQ, 2, "2 MSI interrupts of " + Guest.EDU, "EINVAL", "has not that many MSI");
            refused(edu, Vfio.PCI_MSIX_IRQ, 1, "EINVAL", "has not that many MSI-X");
            if (lab.look().tellsErrorsOfAll()) {
                edu.interrupts(Vfio.PCI_ERR_IRQ, 1).close();
            } else {
                refused(edu, Vfio.PCI_ERR_IRQ, 1, "EINVAL", "has not that many error");
            }
            try (Interrupts _ = edu.interrupts(Vfio.PCI_INTX_IRQ, 1)) {
                refused(edu, Vfio.PCI_MSI_IRQ, 1, "EINVAL", "INTx, MSI and MSI-X one at a time");
            }
        }
    }

    private static void refused(DeviceAccess device, int kind, int count, String... words) {
        Expect.says(Expect.failure(IommuException.class, () -> device.interrupts(kind, count)).getMessage(), words);
    }
}
