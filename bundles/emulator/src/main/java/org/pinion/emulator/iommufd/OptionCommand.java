package org.pinion.emulator.iommufd;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.pinion.emulator.memory.LockedMemory.Account;
import org.pinion.emulator.syscall.SyscallException;
import org.pinion.linux.Errno;
import org.pinion.linux.uapi.Iommufd;
import org.pinion.linux.uapi.IommuOption;

/** The request that sets and gets options of an iommufd and of an address space. */
final class OptionCommand {

    private static final int RESERVED_AT = 10;

    private final IommufdContext context;

    OptionCommand(IommufdContext context) {
        this.context = context;
    }

    int run(MemorySegment struct) throws SyscallException {
        IommuOption option = new IommuOption(struct);
        SyscallException.require(struct.get(ValueLayout.JAVA_SHORT, RESERVED_AT) == 0, Errno.EOPNOTSUPP);
        switch (option.optionId()) {
            case Iommufd.OPTION_RLIMIT_MODE -> rlimitMode(option);
            case Iommufd.OPTION_HUGE_PAGES -> hugePages(option, context.objects().ioas(option.objectId()));
            default -> throw new SyscallException(Errno.EOPNOTSUPP);
        }
        return 0;
    }

    private void rlimitMode(IommuOption option) throws SyscallException {
        SyscallException.require(option.objectId() == 0, Errno.EOPNOTSUPP);
        switch (option.op()) {
            case Iommufd.OPTION_GET -> option.val64(context.account() == Account.PROCESS ? 1 : 0);
            case Iommufd.OPTION_SET -> setRlimitMode(option.val64());
            default -> throw new SyscallException(Errno.EOPNOTSUPP);
        }
    }

    private void setRlimitMode(long value) throws SyscallException {
        SyscallException.require(context.mayChooseAccount(), Errno.EPERM);
        SyscallException.require(context.objects().isEmpty(), Errno.EBUSY);
        requireBoolean(value);
        context.account(value == 1 ? Account.PROCESS : Account.USER);
    }

    private static void hugePages(IommuOption option, Ioas ioas) throws SyscallException {
        switch (option.op()) {
            case Iommufd.OPTION_GET -> option.val64(ioas.largePages() ? 1 : 0);
            case Iommufd.OPTION_SET -> setHugePages(option.val64(), ioas);
            default -> throw new SyscallException(Errno.EOPNOTSUPP);
        }
    }

    private static void setHugePages(long value, Ioas ioas) throws SyscallException {
        requireBoolean(value);
        if (value == 0) {
            ioas.disableLargePages();
        } else {
            ioas.enableLargePages();
        }
    }

    private static void requireBoolean(long value) throws SyscallException {
        SyscallException.require(value == 0 || value == 1, Errno.EINVAL);
    }
}
