package org.pinion.backend.vfio;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.pinion.api.AddressRange;
import org.pinion.linux.Errno;
import org.pinion.linux.Kernel;
import org.pinion.linux.procfs.ProcessMemory;
import org.pinion.linux.uapi.Vfio;
import org.pinion.linux.uapi.VfioIommuType1DmaMap;
import org.pinion.linux.uapi.VfioIommuType1DmaUnmap;
import org.pinion.linux.uapi.VfioType1;

/**
 * A kernel that another one stands behind: it counts calls, keeps which files are open and what each container holds
 * according to the kernel's own answers, and fails the n-th call on demand.
 */
final class WatchedKernel {

    private static final Set<String> FOR_OTHERS = Set.of("closer", "unmapper");
    private static final Set<String> FAILABLE = Set.of("open", "close", "ioctl", "readFile", "list", "linkName");

    private final Kernel behind;
    private final Kernel kernel;
    private final boolean iommufd;
    private final Map<Integer, String> open = new ConcurrentHashMap<>();
    private final Map<Integer, Integer> containerOf = new ConcurrentHashMap<>();
    private final Map<Integer, TreeMap<Long, AddressRange>> held = new ConcurrentHashMap<>();
    private final Map<Integer, Integer> answers = new HashMap<>();
    private final Map<Integer, Integer> once = new HashMap<>();
    private final Map<String, Integer> refused = new HashMap<>();
    private Consumer<Integer> afterIoctl = _ -> {};
    private long ioctls;
    private int callsToFailure;
    private String failed = "";

    /** With {@code iommufd}, a container is an iommufd, as where {@code /dev/vfio/vfio} is served by it. */
    WatchedKernel(Kernel behind, boolean iommufd) {
        this.behind = behind;
        this.iommufd = iommufd;
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
        var usage = new ProcessMemory(behind).memlockUsage();
        return iommufd ? usage.pinned() : usage.locked();
    }

    /** {@return whether a container holds all of a range} */
    boolean mapped(AddressRange range) {
        return held.values().stream()
                .flatMap(table -> table.values().stream())
                .anyMatch(entry -> entry.contains(range));
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

    /** Answers the next ioctl of a number with an error. */
    void answerOnce(int request, Errno errno) {
        once.put(request, errno.answer());
    }

    /** Answers every ioctl of a number with a value, from now on. */
    void answer(int request, int value) {
        answers.put(request, value);
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
            if (once.containsKey((int) arguments[1])) {
                return once.remove((int) arguments[1]);
            }
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
            Object path = arguments == null ? null : arguments[0];
            if (iommufd && method.getName().equals("open") && path.equals(Container.PATH)) {
                arguments[0] = "/dev/iommu";
            }
            Object answer = method.invoke(behind, arguments);
            keep(method.getName(), path, arguments, answer);
            if (method.getName().equals("ioctl")) {
                afterIoctl.accept((int) arguments[1]);
            }
            return answer;
        } catch (InvocationTargetException thrown) {
            throw thrown.getCause();
        }
    }

    private void keep(String name, Object path, Object[] arguments, Object answer) {
        if (name.equals("open") && (int) answer >= 0) {
            open.put((int) answer, (String) path);
        } else if (name.equals("close")) {
            open.remove((int) arguments[0]);
            held.remove((int) arguments[0]);
            forgetIfEmpty(containerOf.remove((int) arguments[0]));
        } else if (name.equals("ioctl") && (int) answer >= 0) {
            keep((int) arguments[0], (int) arguments[1], arguments[2], (int) answer);
        }
    }

    private void keep(int fd, int request, Object argument, int answer) {
        switch (request) {
            case Vfio.GROUP_SET_CONTAINER ->
                containerOf.put(fd, ((MemorySegment) argument).get(ValueLayout.JAVA_INT, 0));
            case Vfio.GROUP_UNSET_CONTAINER -> forgetIfEmpty(containerOf.remove(fd));
            case Vfio.GROUP_GET_DEVICE_FD -> open.put(answer, ((MemorySegment) argument).getString(0));
            case VfioType1.MAP_DMA -> {
                // The number means something else on a device.
                if (isContainer(fd)) {
                    VfioIommuType1DmaMap map = new VfioIommuType1DmaMap((MemorySegment) argument);
                    table(fd).put(map.iova(), AddressRange.ofSize(map.iova(), map.size()));
                }
            }
            case VfioType1.UNMAP_DMA -> unmapped(fd, new VfioIommuType1DmaUnmap((MemorySegment) argument));
            default -> {
                // Nothing that this class keeps.
            }
        }
    }

    private boolean isContainer(int fd) {
        return Container.PATH.equals(open.get(fd));
    }

    private TreeMap<Long, AddressRange> table(int fd) {
        return held.computeIfAbsent(fd, _ -> new TreeMap<>());
    }

    private void unmapped(int fd, VfioIommuType1DmaUnmap unmap) {
        if ((unmap.flags() & VfioType1.UNMAP_ALL) != 0) {
            table(fd).clear();
        } else if (unmap.size() != 0) {
            AddressRange gone = AddressRange.ofSize(unmap.iova(), unmap.size());
            table(fd).values().removeIf(gone::contains);
        }
    }

    private void forgetIfEmpty(Integer container) {
        if (container != null && !iommufd && !containerOf.containsValue(container)) {
            table(container).clear();
        }
    }
}
