package org.pinion.lab;

import java.util.List;
import org.pinion.api.HostMemory;
import org.pinion.api.IommuException;
import org.pinion.device.DependentDevice;
import org.pinion.device.cause.DeviceAccess;
import org.pinion.linux.uapi.Vfio;

/** Devices that are reset, alone or with their bus, and those that are not. */
final class ResetTests {

    private static final long IOVA = 0x10_0000;

    private ResetTests() {}

    static List<AcceptanceTest> on(String backend) {
        return List.of(
                AcceptanceTest.on(backend, "reset-own", "an nvme that works is reset, and works again",
                        ResetTests::own),
                AcceptanceTest.on(backend, "reset-none", "an edu has no reset of its own, nor has its bus",
                        ResetTests::none),
                AcceptanceTest.on(backend, "reset-bus",
                        "which devices and groups the reset of a bus needs; it is reset", ResetTests::bus),
                AcceptanceTest.on(backend, "reset-bus-refused",
                        "a device that VFIO has not keeps its bus from being reset, and is named",
                        ResetTests::busRefused));
    }

    private static void own(Lab lab, String backend) throws Exception {
        try (HostMemory memory = lab.memory(Nvme.MEMORY); RawSpace devices = lab.raw(backend)) {
            DeviceAccess device = devices.open(Guest.NVME);
            Expect.that((device.vfio().flags() & Vfio.DEVICE_RESETTABLE) != 0, "the nvme has no reset");
            Nvme nvme = started(devices, device, memory);
            device.reset();
            Expect.that(!nvme.isReady(), "the nvme goes on after a reset");
            device.vfio().configSpace().busMaster(true);
            nvme.start();
        }
    }

    private static Nvme started(RawSpace devices, DeviceAccess device, HostMemory memory) throws Exception {
        devices.map(IOVA, memory.segment());
        device.vfio().configSpace().busMaster(true);
        Nvme nvme = new Nvme(device, memory.segment(), IOVA);
        nvme.start();
        return nvme;
    }

    private static void none(Lab lab, String backend) throws Exception {
        try (RawSpace devices = lab.raw(backend)) {
            DeviceAccess edu = devices.open(Guest.EDU);
            Expect.equal("whether it says that it can be reset", 0, edu.vfio().flags() & Vfio.DEVICE_RESETTABLE);
            Expect.says(refusal(edu::reset), "reset " + Guest.EDU, "EINVAL", "no reset of its own");
            Expect.says(refusal(() -> edu.hotReset(devices.groups())), "reset the bus of " + Guest.EDU, "ENODEV",
                    "neither its slot nor its bus");
        }
    }

    private static void bus(Lab lab, String backend) throws Exception {
        int group = lab.look().function(Guest.NVME_ON_BUS).group().orElseThrow();
        try (HostMemory memory = lab.memory(Nvme.MEMORY); RawSpace devices = lab.raw(backend)) {
            DeviceAccess device = devices.open(Guest.NVME_ON_BUS);
            List<DependentDevice> needed = device.vfio().hotResetDevices();
            Expect.equal("what is reset", List.of(Guest.NVME_ON_BUS, Guest.EDU_ON_BUS),
                    needed.stream().map(DependentDevice::address).toList());
            if (!devices.groups().isEmpty()) {
                Expect.equal("groups needed", List.of(group, group), needed.stream().map(DependentDevice::id).toList());
                Expect.says(refusal(() -> device.hotReset(List.of())), Guest.EDU_ON_BUS);
            } else {
                Expect.equal("the neighbour, which has the same owner and is not open", 0, needed.getLast().id());
            }
            Nvme nvme = started(devices, device, memory);
            device.hotReset(devices.groups());
            Expect.that(!nvme.isReady(), "the nvme goes on after a reset of its bus");
        }
    }

    private static void busRefused(Lab lab, String backend) throws Exception {
        lab.kernel().writeFile("/sys/bus/pci/drivers/vfio-pci/unbind", Guest.EDU_ON_BUS);
        try (RawSpace devices = lab.raw(backend)) {
            DeviceAccess device = devices.open(Guest.NVME_ON_BUS);
            Expect.says(refusal(() -> device.hotReset(devices.groups())), "reset the bus of " + Guest.NVME_ON_BUS,
                    "EINVAL", "it would reset " + Guest.EDU_ON_BUS + " too",
                    "bind " + Guest.EDU_ON_BUS + " to vfio-pci");
        } finally {
            lab.kernel().writeFile("/sys/bus/pci/drivers_probe", Guest.EDU_ON_BUS);
        }
    }

    private interface Call {
        void run() throws IommuException;
    }

    private static String refusal(Call call) {
        return Expect.failure(IommuException.class, () -> {
            call.run();
            return "done";
        }).getMessage();
    }
}
