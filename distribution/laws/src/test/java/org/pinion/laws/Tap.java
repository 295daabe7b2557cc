package org.pinion.laws;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.pinion.linux.Errno;
import org.pinion.linux.Kernel;
import org.pinion.linux.procfs.MemlockUsage;
import org.pinion.linux.procfs.ProcessMemory;
import org.pinion.linux.uapi.IommuDestroy;
import org.pinion.linux.uapi.IommuIoasAlloc;
import org.pinion.linux.uapi.Iommufd;
import org.pinion.linux.uapi.Vfio;
import org.pinion.linux.uapi.VfioDeviceAttachIommufdPt;

/**
 * A kernel that another one stands behind. It keeps the descriptors that are open, adds up what is pinned from call to
 * call, and fails calls on demand. Used by one thread.
 */
final class Tap {

    private static final Set<Integer> MAKERS = Set.of(Iommufd.IOAS_ALLOC, Iommufd.HWPT_ALLOC);

    private final Kernel behind;
    private final Kernel kernel;
    private final Map<Integer, String> open = new HashMap<>();
    private boolean counting;
    private long pinned;
    private long newlyPinned;
    private int calls;
    private int failFrom = Integer.MAX_VALUE;
    private int failUntil = Integer.MAX_VALUE;
    private int choice;
    private int failures;
    private int refusedAttaches;
    private int objects;
    private String failed = "";
    private boolean undestroyed;
    private int ways;
    private int iommufd;
    private int ioas;
    private final Set<Integer> beside = new TreeSet<>();
    private int container = -1;

    Tap(Kernel behind) {
        this.behind = behind;
        kernel = (Kernel) Proxy.newProxyInstance(
                Kernel.class.getClassLoader(),
                new Class<?>[] {Kernel.class},
                (_, method, arguments) -> call(method, arguments));
    }

    Kernel kernel() {
        return kernel;
    }

    Kernel behind() {
        return behind;
    }

    /** {@return the files that were opened and not closed} */
    Map<Integer, String> open() {
        return open;
    }

    /** {@return bytes that the kernel says are pinned, for an iommufd or a container} */
    long pinned() {
        try {
            MemlockUsage usage = new ProcessMemory(behind).memlockUsage();
            return usage.pinned() + usage.locked();
        } catch (IOException unreadable) {
            throw new AssertionError(unreadable);
        }
    }

    /** From now on adds up what each single ioctl pins. */
    void countPins() {
        counting = true;
        pinned = pinned();
    }

    long newlyPinned() {
        return newlyPinned;
    }

    /** {@return address spaces and page tables of the iommufd opened last that were made and not destroyed} */
    int objects() {
        return objects;
    }

    /** {@return how many attaches to the session's address space the kernel itself has refused} */
    int refusedAttaches() {
        return refusedAttaches;
    }

    /** {@return the iommufd opened last} */
    int iommufd() {
        return iommufd;
    }

    /** {@return the container opened first of those there are: the others are for learning about devices} */
    int container() {
        return container;
    }

    /** {@return the first address space made in it} */
    int ioas() {
        return ioas;
    }

    /** {@return the address spaces that are there beside it} */
    List<Integer> beside() {
        return beside.stream().filter(id -> id != ioas).toList();
    }

    /**
     * Fails ioctls with an error that the kernel can give there.
     *
     * @param from the number of the first, 1 is the next
     * @param count how many in a row
     * @param errno which of the possible errors
     */
    void fail(int from, int count, int errno) {
        calls = 0;
        failures = 0;
        failed = "";
        undestroyed = false;
        ways = 0;
        failFrom = from;
        failUntil = from + count;
        choice = errno;
    }

    /** {@return whether an object of an iommufd was not destroyed, since it was made to fail} */
    boolean undestroyed() {
        return undestroyed;
    }

    void stopFailing() {
        failFrom = Integer.MAX_VALUE;
    }

    /** {@return how many calls were failed} */
    int failures() {
        return failures;
    }

    /** {@return the first call that was failed, and how} */
    String failed() {
        return failed;
    }

    /** {@return in how many ways that call can fail; 0 if none was failed} */
    int ways() {
        return ways;
    }

    private Object call(Method method, Object[] arguments) throws Throwable {
        boolean ioctl = method.getName().equals("ioctl");
        if (ioctl) {
            int number = ++calls;
            if (number >= failFrom && number < failUntil) {
                failures++;
                undestroyed |= (int) arguments[1] == Iommufd.DESTROY;
                Errno errno = Errnos.of((int) arguments[1], choice);
                if (failures == 1) {
                    failed = Errnos.name((int) arguments[1]) + " " + errno;
                    ways = Errnos.of((int) arguments[1]);
                }
                return errno.answer();
            }
        }
        Object answer = carryOut(method, arguments);
        keep(method.getName(), arguments, answer);
        if (ioctl && counting) {
            long now = pinned();
            newlyPinned += Math.max(0, now - pinned);
            pinned = now;
        }
        return answer;
    }

    private Object carryOut(Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(behind, arguments);
        } catch (InvocationTargetException thrown) {
            throw thrown.getCause();
        }
    }

    private void keep(String name, Object[] arguments, Object answer) {
        switch (name) {
            case "open" -> {
                if ((int) answer >= 0) {
                    opened((String) arguments[0], (int) answer);
                }
            }
            case "close" -> closed((int) arguments[0]);
            case "ioctl" -> issued((int) arguments[1], arguments[2], (int) answer);
            default -> {}
        }
    }

    private void closed(int fd) {
        open.remove(fd);
        container = fd == container ? -1 : container;
    }

    private void opened(String path, int fd) {
        open.put(fd, path);
        if (path.equals("/dev/iommu")) {
            iommufd = fd;
            ioas = 0;
            objects = 0;
            beside.clear();
        } else if (path.equals("/dev/vfio/vfio") && container < 0) {
            container = fd;
        }
    }

    private void issued(int request, Object argument, int answer) {
        if (answer == 0 && request == Iommufd.IOAS_ALLOC) {
            int made = new IommuIoasAlloc((MemorySegment) argument).ioasId();
            beside.add(made);
            ioas = ioas == 0 ? made : ioas;
        } else if (answer == 0 && request == Iommufd.DESTROY) {
            beside.remove(new IommuDestroy((MemorySegment) argument).id());
        } else if (answer < 0 && request == Vfio.DEVICE_ATTACH_IOMMUFD_PT) {
            boolean scratch = new VfioDeviceAttachIommufdPt((MemorySegment) argument).ptId() != ioas;
            refusedAttaches += scratch ? 0 : 1;
        }
        objects += answer != 0 ? 0 : request == Iommufd.DESTROY ? -1 : MAKERS.contains(request) ? 1 : 0;
    }
}
