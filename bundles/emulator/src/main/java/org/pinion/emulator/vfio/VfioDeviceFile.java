package org.pinion.emulator.vfio;

import java.lang.foreign.MemorySegment;
import org.pinion.emulator.file.FileTable;
import org.pinion.emulator.file.OpenFile;
import org.pinion.emulator.iommufd.DmaBuf;
import org.pinion.emulator.memory.MapTarget;
import org.pinion.emulator.memory.Pages;
import org.pinion.emulator.memory.SparseMemory;
import org.pinion.emulator.memory.VmaKind;
import org.pinion.emulator.pci.PciFunction;
import org.pinion.emulator.syscall.SyscallException;
import org.pinion.emulator.syscall.UserMemory;
import org.pinion.linux.Errno;
import org.pinion.linux.uapi.Vfio;
import org.pinion.linux.uapi.VfioDeviceInfo;
import org.pinion.linux.uapi.VfioRegionInfo;

/**
 * An open VFIO device, whichever way it was opened; EINVAL until access is granted. A region's place in the file is its
 * index shifted left by 40 bits.
 */
public final class VfioDeviceFile implements OpenFile {

    private static final int REGION_SHIFT = 40;
    private static final int INFO_MINIMUM = 16;

    private final VfioDevice device;
    private final DeviceAccess access;
    private final FileTable files;
    private final InterruptRequests interrupts;

    VfioDeviceFile(VfioDevice device, DeviceAccess access, FileTable files) {
        this.device = device;
        this.access = access;
        this.files = files;
        this.interrupts = new InterruptRequests(device, files);
    }

    /**
     * Opens the character device.
     *
     * @param device whose
     * @param files what file descriptors mean
     * @return the file
     */
    public static VfioDeviceFile ofCharacterDevice(VfioDevice device, FileTable files) {
        return new VfioDeviceFile(device, new CharacterDeviceAccess(device, files), files);
    }

    @Override
    public int ioctl(int request, MemorySegment argument) throws SyscallException {
        if (access.takes(request)) {
            return access.ioctl(request, argument);
        }
        synchronized (device) {
            requireGranted();
            switch (request) {
                case Vfio.DEVICE_GET_INFO -> info(argument);
                case Vfio.DEVICE_GET_REGION_INFO -> regionInfo(argument);
                case Vfio.DEVICE_RESET -> device.reset();
                case Vfio.DEVICE_GET_IRQ_INFO -> interrupts.info(argument);
                case Vfio.DEVICE_SET_IRQS -> interrupts.set(argument);
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
            requireGranted();
            SyscallException.require(request == Vfio.DEVICE_RESET, Errno.ENOTTY);
            device.reset();
            return 0;
        }
    }

    private int feature(MemorySegment argument) throws SyscallException {
        DmaBuf buffer = ExportRequest.of(device, argument);
        return buffer == null ? 0 : files.add(buffer);
    }

    private void requireGranted() throws SyscallException {
        SyscallException.require(access.granted(), Errno.EINVAL);
    }

    private void info(MemorySegment argument) throws SyscallException {
        int declared = new VfioDeviceInfo(BindRequest.copyIn(argument, INFO_MINIMUM, INFO_MINIMUM)).declaredSize();
        MemorySegment copy = UserMemory.kernelCopy(VfioDeviceInfo.SIZE);
        VfioDeviceInfo info = new VfioDeviceInfo(copy);
        info.declareSize(declared);
        info.flags(Vfio.DEVICE_PCI | (device.host().tellsReset() ? Vfio.DEVICE_RESETTABLE : 0));
        info.numRegions(PciFunction.REGIONS).numIrqs(InterruptRequests.KINDS);
        UserMemory.copyOut(copy, argument, device.host().model().pci() ? declared : INFO_MINIMUM);
    }

    private void regionInfo(MemorySegment argument) throws SyscallException {
        MemorySegment copy = BindRequest.copyIn(argument, VfioRegionInfo.SIZE, VfioRegionInfo.SIZE);
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
        requireGranted();
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
            requireGranted();
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
            interrupts.release();
        }
        access.release();
    }
}
