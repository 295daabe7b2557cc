package org.pinion.emulator.iommufd;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.pinion.emulator.memory.Pages;
import org.pinion.emulator.memory.SparseMemory;
import org.pinion.emulator.syscall.SyscallException;
import org.pinion.linux.Errno;

/** The dma-bufs that tests make. */
final class MockBuffers {

    private static final long LONGEST = 512 * Pages.SIZE;

    private final IommufdContext context;

    MockBuffers(IommufdContext context) {
        this.context = context;
    }

    /**
     * EINVAL if it is empty or long. The answer is 0 as Linux 7.3's is, which forgets to tell the descriptor: it is the
     * lowest that was free.
     */
    void create(MockFields fields) throws SyscallException {
        long length = Pages.roundUp(Integer.toUnsignedLong(fields.word(0)));
        SyscallException.require(length > 0 && length <= LONGEST, Errno.EINVAL);
        try {
            SparseMemory memory = SparseMemory.ofSize(length);
            context.files().add(new DmaBuf(Optional.of(memory), List.of(new DmaBuf.Part(0, length)), false));
        } catch (IOException e) {
            throw new SyscallException(Errno.ENOMEM);
        }
    }

    /** Takes a buffer away from all iommufds, or lets it be mapped again: EBADF, EINVAL if it is no dma-buf. */
    void revoke(MockFields fields) throws SyscallException {
        if (!(context.files().get(fields.word(0)) instanceof DmaBuf buffer)) {
            throw new SyscallException(Errno.EINVAL);
        }
        buffer.revoke();
        if (fields.word(4) == 0) {
            buffer.restore();
        }
    }
}
