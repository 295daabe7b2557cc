package org.pinion.emulator.vfio;

import java.lang.foreign.MemorySegment;
import org.pinion.emulator.file.FileTable;
import org.pinion.emulator.file.OpenFile;
import org.pinion.emulator.iommufd.DeviceBinding;
import org.pinion.emulator.iommufd.DmaBuf;
import org.pinion.emulator.iommufd.IommufdFile;
import org.pinion.emulator.memory.MapTarget;
import org.pinion.emulator.memory.Pages;
import org.pinion.emulator.memory.SparseMemory;
import org.pinion.emulator.memory.VmaKind;
import org.pinion.emulator.pci.PciFunction;
import org.pinion.emulator.syscall.SyscallException;
import org.pinion.emulator.syscall.UserMemory;
import org.pinion.linux.Errno;
import org.pinion.linux.uapi.Vfio;
import org.pinion.linux.uapi.VfioDeviceAttachIommufdPt;
import org.pinion.linux.uapi.VfioDeviceBindIommufd;
import org.pinion.linux.uapi.VfioDeviceDetachIommufdPt;
import org.pinion.linux.uapi.VfioDeviceInfo;
import org.pinion.linux.uapi.VfioRegionInfo;

/**
 * An open character device of a VFIO device. Until it is bound to an iommufd it answers nothing but BIND; the others
 * are EINVAL. A region's place in the file is its index shifted left by 40 bits.
 */
public final class VfioDeviceFile implements OpenFile {

    private static final int REGION_SHIFT = 40;
    private static final int BIND_TOKEN = 1;
    private static final int PASID = 1;
    private static final int BIND_MINIMUM = 16;
    private static final int ATTACH_MINIMUM = 12;
    private static final int DETACH_MINIMUM = 8;
    private static final int INFO_MINIMUM = 16;

    private final VfioDevice device;
    private final FileTable files;
    private DeviceBinding binding;

    /**
     * @param device what was opened
     * @param files what file descriptors mean
     */
    public VfioDeviceFile(VfioDevice device, FileTable files) {
        this.device = device;
        this.files = files;
    }

    @Override
    public int ioctl(int request, MemorySegment argument) throws SyscallException {
        synchronized (device) {
            if (request == Vfio.DEVICE_BIND_IOMMUFD) {
                bind(argument);
                return 0;
            }
            requireBound();
            switch (request) {
                case Vfio.DEVICE_GET_INFO -> info(argument);
                case Vfio.DEVICE_GET_REGION_INFO -> regionInfo(argument);
                case Vfio.DEVICE_ATTACH_IOMMUFD_PT -> attach(argument);
                case Vfio.DEVICE_DETACH_IOMMUFD_PT -> detach(argument);
                case Vfio.DEVICE_RESET -> device.reset();
                case Vfio.DEVICE_FEATURE -> {
                    return feature(argument);
                }
                default -> throw new SyscallException(Errno.ENOTTY);
            }
            return 0;
        }
    }

    @Override
    public int ioctl(int request, long argument) throws SyscallException {
        synchronized (device) {
            requireBound();
            SyscallException.require(request == Vfio.DEVICE_RESET, Errno.ENOTTY);
            device.reset();
            return 0;
        }
    }

    private int feature(MemorySegment argument) throws SyscallException {
        DmaBuf buffer = ExportRequest.of(device, argument);
        return buffer == null ? 0 : files.add(buffer);
    }

    private void requireBound() throws SyscallException {
        SyscallException.require(binding != null, Errno.EINVAL);
    }

    private static MemorySegment copyIn(MemorySegment argument, int minimum, int size) throws SyscallException {
        int declared = new VfioDeviceInfo(UserMemory.copyIn(argument, minimum)).declaredSize();
        SyscallException.require(Integer.compareUnsigned(declared, minimum) >= 0, Errno.EINVAL);
        MemorySegment copy = UserMemory.kernelCopy(size);
        long bytes = Math.min(Math.min(size, Integer.toUnsignedLong(declared)), argument.byteSize());
        MemorySegment.copy(argument, 0, copy, 0, bytes);
        return copy;
    }

    private void bind(MemorySegment argument) throws SyscallException {
        MemorySegment copy = copyIn(argument, BIND_MINIMUM, VfioDeviceBindIommufd.SIZE);
        VfioDeviceBindIommufd bind = new VfioDeviceBindIommufd(copy);
        SyscallException.require((bind.flags() & ~BIND_TOKEN) == 0 && bind.iommufd() >= 0, Errno.EINVAL);
        SyscallException.require(binding == null, Errno.EINVAL);
        // Only virtual functions have a token.
        SyscallException.require(bind.flags() == 0, Errno.EINVAL);
        OpenFile file = files.get(bind.iommufd());
        if (!(file instanceof IommufdFile iommufd)) {
            throw new SyscallException(Errno.EBADFD);
        }
        binding = device.bind(iommufd.context());
        bind.devid(binding.id());
        UserMemory.copyOut(copy, argument, BIND_MINIMUM);
    }

    private void attach(MemorySegment argument) throws SyscallException {
        MemorySegment copy = copyIn(argument, ATTACH_MINIMUM, VfioDeviceAttachIommufdPt.SIZE);
        VfioDeviceAttachIommufdPt attach = new VfioDeviceAttachIommufdPt(copy);
        checkNoPasid(attach.flags());
        attach.ptId(binding.attach(attach.ptId()));
        UserMemory.copyOut(copy, argument, ATTACH_MINIMUM);
    }

    private void detach(MemorySegment argument) throws SyscallException {
        MemorySegment copy = copyIn(argument, DETACH_MINIMUM, VfioDeviceDetachIommufdPt.SIZE);
        checkNoPasid(new VfioDeviceDetachIommufdPt(copy).flags());
        binding.detach();
    }

    private static void checkNoPasid(int flags) throws SyscallException {
        SyscallException.require((flags & ~PASID) == 0, Errno.EINVAL);
        SyscallException.require(flags == 0, Errno.EOPNOTSUPP);
    }

    private void info(MemorySegment argument) throws SyscallException {
        MemorySegment copy = copyIn(argument, INFO_MINIMUM, VfioDeviceInfo.SIZE);
        VfioDeviceInfo info = new VfioDeviceInfo(copy);
        info.flags(Vfio.DEVICE_PCI | Vfio.DEVICE_RESETTABLE).numRegions(PciFunction.REGIONS).numIrqs(0);
        info.capOffset(0);
        UserMemory.copyOut(copy, argument, info.declaredSize());
    }

    private void regionInfo(MemorySegment argument) throws SyscallException {
        MemorySegment copy = copyIn(argument, VfioRegionInfo.SIZE, VfioRegionInfo.SIZE);
        VfioRegionInfo info = new VfioRegionInfo(copy);
        int region = info.index();
        boolean known = Integer.compareUnsigned(region, PciFunction.REGIONS - 1) < 0;
        SyscallException.require(known, Errno.EINVAL);
        info.flags(regionFlags(region)).capOffset(0).size(device.function().size(region));
        info.offset((long) region << REGION_SHIFT);
        UserMemory.copyOut(copy, argument, VfioRegionInfo.SIZE);
    }

    private int regionFlags(int region) {
        if (device.function().size(region) == 0) {
            return 0;
        }
        int mappable = device.function().mappable(region) ? Vfio.REGION_MMAP : 0;
        return Vfio.REGION_READ | Vfio.REGION_WRITE | mappable;
    }

    @Override
    public long read(MemorySegment into, long offset) throws SyscallException {
        synchronized (device) {
            long count = countInside(offset, into.byteSize());
            device.function().read(region(offset), place(offset), into.asSlice(0, count));
            return count;
        }
    }

    @Override
    public long write(MemorySegment from, long offset) throws SyscallException {
        synchronized (device) {
            long count = countInside(offset, from.byteSize());
            device.write(region(offset), place(offset), from.asSlice(0, count));
            return count;
        }
    }

    private long countInside(long offset, long wanted) throws SyscallException {
        requireBound();
        long size = device.function().size(region(offset));
        SyscallException.require(place(offset) < size, Errno.EINVAL);
        return Math.min(wanted, size - place(offset));
    }

    private static int region(long offset) {
        return (int) Math.min(offset >>> REGION_SHIFT, Integer.MAX_VALUE);
    }

    private static long place(long offset) {
        return offset & ((1L << REGION_SHIFT) - 1);
    }

    @Override
    public MapTarget mapTarget(long offset, long length) throws SyscallException {
        synchronized (device) {
            requireBound();
            SparseMemory memory = device.function().memory(region(offset))
                    .orElseThrow(() -> new SyscallException(Errno.EINVAL));
            boolean inside = Pages.roundUp(length) <= memory.size() - place(offset);
            SyscallException.require(inside, Errno.EINVAL);
            String path = "/dev/vfio/devices/" + device.name();
            return new MapTarget(memory, place(offset), offset, VmaKind.DEVICE, path);
        }
    }

    @Override
    public void release() {
        synchronized (device) {
            if (binding != null) {
                binding = null;
                device.unbind();
            }
        }
    }
}
