package org.pinion.backend.iommufd;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.pinion.api.AddressRange;
import org.pinion.linux.Errno;
import org.pinion.linux.Kernel;
import org.pinion.linux.procfs.ProcessMemory;
import org.pinion.linux.uapi.IommuDestroy;
import org.pinion.linux.uapi.IommuIoasAlloc;
import org.pinion.linux.uapi.IommuIoasCopy;
import org.pinion.linux.uapi.Iommufd;

/**
 * A kernel that another one stands behind: it counts calls, keeps which files are open, and fails the n-th call on
 * demand. It can look into the first IOAS of the iommufd opened last, without changing it.
 */
final class WatchedKernel {

    private static final Set<String> FOR_OTHERS = Set.of("closer", "unmapper");
    private static final Set<String> FAILABLE = Set.of("open", "close", "ioctl", "readFile", "list", "linkName");

    private final Kernel behind;
    private final Kernel kernel;
    private final Map<Integer, String> open = new ConcurrentHashMap<>();
    private final Map<Integer, Integer> answers = new HashMap<>();
    private final Map<String, Integer> refused = new HashMap<>();
    private Consumer<Integer> afterIoctl = _ -> {};
    private int iommufd;
    private int ioas;
    private long ioctls;
    private int callsToFailure;
    private String failed = "";

    WatchedKernel(Kernel behind) {
        this.behind = behind;
        this.kernel = (Kernel) Proxy.newProxyInstance(
                Kernel.class.getClassLoader(),
                new Class<?>[] {Kernel.class},
                (proxy, method, arguments) -> FOR_OTHERS.contains(method.getName())
                        ? InvocationHandler.invokeDefault(proxy, method)
                        : call(method, arguments));
    }

    Kernel kernel() {
        return kernel;
    }

    /** {@return the paths of the files that were opened and not closed} */
    Map<Integer, String> open() {
        return open;
    }

    long ioctls() {
        return ioctls;
    }

    /** {@return bytes that the kernel says are pinned} */
    long pinned() throws IOException {
        return new ProcessMemory(behind).memlockUsage().pinned();
    }

    /** Fails one call: 1 is the next one. */
    void failIn(int calls) {
        callsToFailure = calls;
        failed = "";
    }

    /** {@return the call that was failed, empty if it did not come to that} */
    String failed() {
        return failed;
    }

    /** Answers every ioctl of a number with an error, from now on. */
    void answer(int request, Errno errno) {
        answers.put(request, errno.answer());
    }

    /** Answers the opening of a file with an error, from now on. */
    void refuse(String path, Errno errno) {
        refused.put(path, errno.answer());
    }

    /** Runs something after each ioctl that was carried out, with its number. */
    void afterIoctl(Consumer<Integer> action) {
        afterIoctl = action;
    }

    void answerTruthfully() {
        answers.clear();
    }

    private Object call(Method method, Object[] arguments) throws Throwable {
        String name = method.getName();
        if (name.equals("ioctl")) {
            ioctls++;
            if (answers.containsKey((int) arguments[1])) {
                return answers.get((int) arguments[1]);
            }
        }
        if (name.equals("open") && refused.containsKey((String) arguments[0])) {
            return refused.get((String) arguments[0]);
        }
        boolean fails = FAILABLE.contains(name) && callsToFailure > 0 && --callsToFailure == 0;
        if (!fails) {
            return carryOut(method, arguments);
        }
        failed = name + (name.equals("ioctl") ? " 0x" + Integer.toHexString((int) arguments[1]) : " " + arguments[0]);
        return switch (name) {
            case "open", "ioctl" -> Errno.EIO.answer();
            case "close" -> {
                // As in Linux, the descriptor is gone whatever close answers.
                carryOut(method, arguments);
                yield Errno.EIO.answer();
            }
            default -> throw new IOException(arguments[0] + ": failed on purpose");
        };
    }

    private Object carryOut(Method method, Object[] arguments) throws Throwable {
        try {
            Object answer = method.invoke(behind, arguments);
            keep(method.getName(), arguments, answer);
            if (method.getName().equals("ioctl")) {
                afterIoctl.accept((int) arguments[1]);
            }
            return answer;
        } catch (InvocationTargetException thrown) {
            throw thrown.getCause();
        }
    }

    private void keep(String name, Object[] arguments, Object answer) {
        if (name.equals("open") && (int) answer >= 0) {
            open.put((int) answer, (String) arguments[0]);
            if (arguments[0].equals(IommuFd.PATH)) {
                iommufd = (int) answer;
                ioas = 0;
            }
        } else if (name.equals("close")) {
            open.remove((int) arguments[0]);
        } else if (name.equals("ioctl") && ioas == 0 && (int) arguments[1] == Iommufd.IOAS_ALLOC && answer.equals(0)) {
            ioas = new IommuIoasAlloc((MemorySegment) arguments[2]).ioasId();
        }
    }

    /** {@return whether all of a range is mapped in the IOAS: only then can it be copied} */
    boolean mapped(AddressRange range) {
        try (Arena arena = Arena.ofConfined()) {
            IommuIoasAlloc scratch = IommuIoasAlloc.allocate(arena);
            behind.ioctl(iommufd, Iommufd.IOAS_ALLOC, scratch.memory());
            IommuIoasCopy copy = IommuIoasCopy.allocate(arena)
                    .flags(Iommufd.MAP_FIXED_IOVA | Iommufd.MAP_READABLE)
                    .srcIoasId(ioas)
                    .dstIoasId(scratch.ioasId())
                    .length(range.size())
                    .srcIova(range.start())
                    .dstIova(range.start());
            int answer = behind.ioctl(iommufd, Iommufd.IOAS_COPY, copy.memory());
            behind.ioctl(iommufd, Iommufd.DESTROY, IommuDestroy.allocate(arena).id(scratch.ioasId()).memory());
            return answer == 0;
        }
    }
}
