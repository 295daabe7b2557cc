package org.pinion.emulator.iommufd;

import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.pinion.emulator.host.KernelRelease;
import org.pinion.emulator.syscall.SyscallException;
import org.pinion.linux.uapi.IommuDestroy;
import org.pinion.linux.uapi.IommuHwInfo;
import org.pinion.linux.uapi.IommuHwptAlloc;
import org.pinion.linux.uapi.IommuHwptGetDirtyBitmap;
import org.pinion.linux.uapi.IommuHwptSetDirtyTracking;
import org.pinion.linux.uapi.IommuIoasAlloc;
import org.pinion.linux.uapi.IommuIoasAllowIovas;
import org.pinion.linux.uapi.IommuIoasCopy;
import org.pinion.linux.uapi.IommuIoasIovaRanges;
import org.pinion.linux.uapi.IommuIoasMap;
import org.pinion.linux.uapi.IommuIoasMapFile;
import org.pinion.linux.uapi.IommuIoasUnmap;
import org.pinion.linux.uapi.IommuOption;
import org.pinion.linux.uapi.IommuVfioIoas;
import org.pinion.linux.uapi.Iommufd;

/** The requests of an iommufd, by number (iommufd_ioctl_ops in drivers/iommu/iommufd/main.c). */
final class CommandTable {

    /** What a request does with the kernel's copy of its structure; what it answers other than 0 is negated. */
    @FunctionalInterface
    interface Body {
        int run(MemorySegment struct) throws SyscallException;
    }

    /**
     * A request.
     *
     * @param minimum bytes of its structure at first
     * @param size bytes of its structure now
     * @param body what it does, with the iommufd's lock or without as it needs
     */
    record Command(int minimum, int size, Body body) {}

    /** Some structures grew after their first release. */
    private static final int HWPT_ALLOC_MINIMUM = 24;
    private static final int HW_INFO_MINIMUM = 32;
    private static final int VIOMMU_ALLOC_MINIMUM = 24;
    private static final int VEVENTQ_ALLOC_MINIMUM = 28;

    private static final int HWPT_INVALIDATE_SIZE = 32;
    private static final int FAULT_QUEUE_ALLOC_SIZE = 16;
    private static final int VIOMMU_ALLOC_SIZE = 40;
    private static final int VDEVICE_ALLOC_SIZE = 24;
    private static final int CHANGE_PROCESS_SIZE = 8;
    private static final int VEVENTQ_ALLOC_SIZE = 32;
    private static final int HW_QUEUE_ALLOC_SIZE = 40;
    private static final int NOIOMMU_GET_PA_SIZE = 40;

    /** Requests that Pinion does not make. */
    private static final int VEVENTQ_ALLOC = 0x3b93;
    private static final int HW_QUEUE_ALLOC = 0x3b94;
    private static final int IOAS_NOIOMMU_GET_PA = 0x3b95;

    private final IommufdContext context;
    private final Map<Integer, Command> commands = new HashMap<>();

    /**
     * @param context what the requests work on
     * @param mapping those that map, which a container's use too
     * @param release which of them the kernel has
     * @param mocks if it has devices for tests
     */
    CommandTable(IommufdContext context, MappingCommands mapping, KernelRelease release, Optional<MockHost> mocks) {
        this.context = context;
        addSpaces(release);
        addMapping(mapping);
        addTables(release);
        if (release.mapsFiles()) {
            addLater(mapping, release);
        }
        mocks.ifPresent(host -> commands.put(MockCommands.NUMBER, new Command(
                MockCommands.MINIMUM, MockCommands.SIZE, new MockCommands(context, host)::run)));
    }

    /** The request of a number, or null. */
    Command get(int number) {
        return commands.get(number);
    }

    private void add(int number, int size, Body body) {
        add(number, size, size, body);
    }

    private void add(int number, int minimum, int size, Body body) {
        commands.put(number, new Command(minimum, size, struct -> locked(body, struct)));
    }

    private int locked(Body body, MemorySegment struct) throws SyscallException {
        context.lock().lock();
        try {
            return body.run(struct);
        } finally {
            context.lock().unlock();
        }
    }

    private void addSpaces(KernelRelease release) {
        IoasCommands ioas = new IoasCommands(context);
        add(Iommufd.DESTROY, IommuDestroy.SIZE, ioas::destroy);
        add(Iommufd.IOAS_ALLOC, IommuIoasAlloc.SIZE, ioas::alloc);
        add(Iommufd.IOAS_ALLOW_IOVAS, IommuIoasAllowIovas.SIZE, ioas::allowIovas);
        add(Iommufd.IOAS_IOVA_RANGES, IommuIoasIovaRanges.SIZE, ioas::iovaRanges);
        add(Iommufd.VFIO_IOAS, IommuVfioIoas.SIZE, ioas::vfioIoas);
        add(Iommufd.OPTION, IommuOption.SIZE, new OptionCommand(context)::run);
        add(Iommufd.GET_HW_INFO, HW_INFO_MINIMUM, IommuHwInfo.SIZE, new HwInfoCommand(context, release)::run);
    }

    private void addMapping(MappingCommands mapping) {
        add(Iommufd.IOAS_COPY, IommuIoasCopy.SIZE, mapping::copy);
        add(Iommufd.IOAS_MAP, IommuIoasMap.SIZE, mapping::map);
        add(Iommufd.IOAS_UNMAP, IommuIoasUnmap.SIZE, mapping::unmap);
    }

    private void addTables(KernelRelease release) {
        DirtyCommands dirty = new DirtyCommands(context, release);
        add(Iommufd.HWPT_ALLOC, HWPT_ALLOC_MINIMUM, IommuHwptAlloc.SIZE, new HwptCommand(context)::alloc);
        add(Iommufd.HWPT_SET_DIRTY_TRACKING, IommuHwptSetDirtyTracking.SIZE, dirty::track);
        add(Iommufd.HWPT_GET_DIRTY_BITMAP, IommuHwptGetDirtyBitmap.SIZE, dirty::read);
        add(Iommufd.HWPT_INVALIDATE, HWPT_INVALIDATE_SIZE, new VirtualIommuCommands(context, release)::invalidate);
        add(Iommufd.FAULT_QUEUE_ALLOC, FAULT_QUEUE_ALLOC_SIZE, new FaultCommand(context)::alloc);
    }

    private void addLater(MappingCommands mapping, KernelRelease release) {
        VirtualIommuCommands guests = new VirtualIommuCommands(context, release);
        add(Iommufd.IOAS_MAP_FILE, IommuIoasMapFile.SIZE, mapping::mapFile);
        add(Iommufd.VIOMMU_ALLOC, VIOMMU_ALLOC_MINIMUM, VIOMMU_ALLOC_SIZE, guests::alloc);
        add(Iommufd.VDEVICE_ALLOC, VDEVICE_ALLOC_SIZE, guests::allocDevice);
        add(Iommufd.IOAS_CHANGE_PROCESS, CHANGE_PROCESS_SIZE, mapping::changeProcess);
        add(VEVENTQ_ALLOC, VEVENTQ_ALLOC_MINIMUM, VEVENTQ_ALLOC_SIZE, guests::allocEvents);
        add(HW_QUEUE_ALLOC, HW_QUEUE_ALLOC_SIZE, guests::allocQueue);
        add(IOAS_NOIOMMU_GET_PA, NOIOMMU_GET_PA_SIZE, new IoasCommands(context)::physicalAddress);
    }
}
