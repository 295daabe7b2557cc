package org.pinion.emulator.iommufd;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import org.pinion.emulator.file.OpenFile;
import org.pinion.emulator.host.KernelRelease;
import org.pinion.emulator.syscall.SyscallException;
import org.pinion.emulator.syscall.UserMemory;
import org.pinion.linux.Errno;

/**
 * An open {@code /dev/iommu}. Every request names the size of its structure first: shorter than the kernel's is
 * EINVAL, longer is fine as long as what the kernel does not know is 0 (drivers/iommu/iommufd/main.c). Requests that
 * are none of these may be those of a VFIO container.
 */
public final class IommufdFile implements OpenFile {

    private final IommufdContext context;
    private final CommandTable commands;
    private final ContainerCommands container;

    /**
     * @param context what was opened
     * @param release which requests the kernel knows
     * @param mocks the devices for tests, if the kernel has them
     */
    public IommufdFile(IommufdContext context, KernelRelease release, Optional<MockHost> mocks) {
        this.context = context;
        MappingCommands mapping = new MappingCommands(context, release);
        this.commands = new CommandTable(context, mapping, release, mocks);
        this.container = new ContainerCommands(context, mapping);
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
        CommandTable.Command command = commands.get(request);
        if (command == null) {
            return locked(() -> container.run(request, argument));
        }
        int declared = UserMemory.copyIn(argument, Integer.BYTES).get(ValueLayout.JAVA_INT, 0);
        SyscallException.require(Integer.compareUnsigned(declared, command.minimum()) >= 0, Errno.EINVAL);
        MemorySegment struct = UserMemory.copyStruct(argument, declared, command.size());
        int answer = command.body().run(struct);
        UserMemory.copyOut(struct, argument, declared);
        return answer;
    }

    /** A number is no pointer to a structure. */
    @Override
    public int ioctl(int request, long argument) throws SyscallException {
        SyscallException.require(commands.get(request) == null, Errno.EFAULT);
        return locked(() -> container.run(request, argument));
    }

    /** A request of a container. */
    @FunctionalInterface
    private interface Body {
        int run() throws SyscallException;
    }

    private int locked(Body body) throws SyscallException {
        context.lock().lock();
        try {
            return body.run();
        } finally {
            context.lock().unlock();
        }
    }
}
