package org.pinion.emulator.iommufd;

import static org.pinion.linux.uapi.Iommufd.DESTROY;
import static org.pinion.linux.uapi.Iommufd.GET_HW_INFO;
import static org.pinion.linux.uapi.Iommufd.HWPT_ALLOC;
import static org.pinion.linux.uapi.Iommufd.HWPT_GET_DIRTY_BITMAP;
import static org.pinion.linux.uapi.Iommufd.HWPT_SET_DIRTY_TRACKING;
import static org.pinion.linux.uapi.Iommufd.IOAS_ALLOC;
import static org.pinion.linux.uapi.Iommufd.IOAS_ALLOW_IOVAS;
import static org.pinion.linux.uapi.Iommufd.IOAS_COPY;
import static org.pinion.linux.uapi.Iommufd.IOAS_IOVA_RANGES;
import static org.pinion.linux.uapi.Iommufd.IOAS_MAP;
import static org.pinion.linux.uapi.Iommufd.IOAS_MAP_FILE;
import static org.pinion.linux.uapi.Iommufd.IOAS_UNMAP;
import static org.pinion.linux.uapi.Iommufd.OPTION;
import static org.pinion.linux.uapi.Iommufd.VFIO_IOAS;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.Map;
import org.pinion.emulator.file.OpenFile;
import org.pinion.emulator.host.KernelRelease;
import org.pinion.emulator.syscall.SyscallException;
import org.pinion.emulator.syscall.UserMemory;
import org.pinion.linux.Errno;
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

/**
 * An open {@code /dev/iommu}. Every request names the size of its structure first: shorter than the kernel's is
 * EINVAL, longer is fine as long as what the kernel does not know is 0 (drivers/iommu/iommufd/main.c). Requests that
 * are none of these may be those of a VFIO container.
 */
public final class IommufdFile implements OpenFile {

    /** What a request does with the kernel's copy of its structure; what it answers other than 0 is negated. */
    @FunctionalInterface
    private interface Body {
        int run(MemorySegment struct) throws SyscallException;
    }

    private record Command(int minimum, int size, Body body) {

        Command(int size, Body body) {
            this(size, size, body);
        }
    }

    /** HWPT_ALLOC grew after its first release: {@code __reserved} was its end. */
    private static final int HWPT_ALLOC_MINIMUM = 24;

    private final IommufdContext context;
    private final Map<Integer, Command> commands;
    private final ContainerCommands container;

    /**
     * @param context what was opened
     * @param release which requests the kernel knows
     */
    public IommufdFile(IommufdContext context, KernelRelease release) {
        this.context = context;
        IoasCommands ioas = new IoasCommands(context);
        MappingCommands mapping = new MappingCommands(context);
        OptionCommand option = new OptionCommand(context);
        this.container = new ContainerCommands(context, mapping);
        DirtyCommands dirty = new DirtyCommands(context);
        HwInfoCommand info = new HwInfoCommand(context);
        Map<Integer, Command> all = Map.ofEntries(
                Map.entry(GET_HW_INFO, new Command(HwInfoCommand.MINIMUM, IommuHwInfo.SIZE, info::run)),
                Map.entry(HWPT_SET_DIRTY_TRACKING, new Command(IommuHwptSetDirtyTracking.SIZE, dirty::set)),
                Map.entry(HWPT_GET_DIRTY_BITMAP, new Command(IommuHwptGetDirtyBitmap.SIZE, dirty::get)),
                Map.entry(HWPT_ALLOC, new Command(HWPT_ALLOC_MINIMUM,
                        IommuHwptAlloc.SIZE, new HwptCommand(context)::alloc)),
                Map.entry(DESTROY, new Command(IommuDestroy.SIZE, ioas::destroy)),
                Map.entry(IOAS_ALLOC, new Command(IommuIoasAlloc.SIZE, ioas::alloc)),
                Map.entry(IOAS_ALLOW_IOVAS, new Command(IommuIoasAllowIovas.SIZE, ioas::allowIovas)),
                Map.entry(IOAS_COPY, new Command(IommuIoasCopy.SIZE, mapping::copy)),
                Map.entry(IOAS_IOVA_RANGES, new Command(IommuIoasIovaRanges.SIZE, ioas::iovaRanges)),
                Map.entry(IOAS_MAP, new Command(IommuIoasMap.SIZE, mapping::map)),
                Map.entry(IOAS_MAP_FILE, new Command(IommuIoasMapFile.SIZE, mapping::mapFile)),
                Map.entry(IOAS_UNMAP, new Command(IommuIoasUnmap.SIZE, mapping::unmap)),
                Map.entry(VFIO_IOAS, new Command(IommuVfioIoas.SIZE, ioas::vfioIoas)),
                Map.entry(OPTION, new Command(IommuOption.SIZE, option::run)));
        this.commands = release.mapsFiles() ? all : without(all, IOAS_MAP_FILE);
    }

    private static Map<Integer, Command> without(Map<Integer, Command> all, int request) {
        Map<Integer, Command> rest = new HashMap<>(all);
        rest.remove(request);
        return rest;
    }

    /** {@return what a device binds to} */
    public IommufdContext context() {
        return context;
    }

    @Override
    public void release() {
        context.release();
    }

    @Override
    public int ioctl(int request, MemorySegment argument) throws SyscallException {
        Command command = commands.get(request);
        if (command == null) {
            return locked(_ -> container.run(request, argument), argument);
        }
        int declared = UserMemory.copyIn(argument, Integer.BYTES).get(ValueLayout.JAVA_INT, 0);
        SyscallException.require(Integer.compareUnsigned(declared, command.minimum) >= 0, Errno.EINVAL);
        MemorySegment struct = UserMemory.copyStruct(argument, declared, command.size);
        int answer = locked(command.body, struct);
        UserMemory.copyOut(struct, argument, declared);
        return answer;
    }

    private int locked(Body body, MemorySegment struct) throws SyscallException {
        context.lock().lock();
        try {
            return body.run(struct);
        } finally {
            context.lock().unlock();
        }
    }

    /** A number is no pointer to a structure. */
    @Override
    public int ioctl(int request, long argument) throws SyscallException {
        SyscallException.require(!commands.containsKey(request), Errno.EFAULT);
        return locked(_ -> container.run(request, argument), MemorySegment.NULL);
    }
}
