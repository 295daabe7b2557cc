package org.pinion.core;

import java.lang.foreign.MemorySegment;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.pinion.linux.Kernel;
import org.pinion.linux.uapi.IommuIoasMap;
import org.pinion.linux.uapi.IommuIoasMapFile;
import org.pinion.linux.uapi.IommuIoasUnmap;
import org.pinion.linux.uapi.Iommufd;
import org.pinion.linux.uapi.VfioIommuType1DmaMap;
import org.pinion.linux.uapi.VfioIommuType1DmaUnmap;
import org.pinion.linux.uapi.VfioType1;

/**
 * Keeps book of what is mapped by what the kernel is asked and answers, and of nothing else. Every address is used by
 * one address space alone, and every mapping is removed as a whole.
 */
final class MappingLedger {

    private final Kernel behind;
    private final Kernel kernel;
    private final Map<Long, Long> sizes = new ConcurrentHashMap<>();
    private final Queue<String> faults = new ConcurrentLinkedQueue<>();

    MappingLedger(Kernel behind) {
        this.behind = behind;
        kernel = (Kernel) Proxy.newProxyInstance(
                Kernel.class.getClassLoader(),
                new Class<?>[] {Kernel.class},
                (_, method, arguments) -> call(method, arguments));
    }

    Kernel kernel() {
        return kernel;
    }

    /** {@return where something is mapped} */
    Set<Long> starts() {
        return sizes.keySet();
    }

    /** {@return what was mapped twice, or removed and not there} */
    Queue<String> faults() {
        return faults;
    }

    private Object call(Method method, Object[] arguments) throws Throwable {
        try {
            boolean request = method.getName().equals("ioctl") && arguments[2] instanceof MemorySegment;
            // What is asked for is removed before anybody else can map there.
            Object answer = method.invoke(behind, arguments);
            if (request && (int) answer == 0) {
                book((int) arguments[1], (MemorySegment) arguments[2]);
            }
            return answer;
        } catch (InvocationTargetException thrown) {
            throw thrown.getCause();
        }
    }

    private void book(int request, MemorySegment argument) {
        switch (request) {
            case Iommufd.IOAS_MAP -> mapped(new IommuIoasMap(argument).iova(), new IommuIoasMap(argument).length());
            case Iommufd.IOAS_MAP_FILE ->
                mapped(new IommuIoasMapFile(argument).iova(), new IommuIoasMapFile(argument).length());
            case Iommufd.IOAS_UNMAP ->
                unmapped(new IommuIoasUnmap(argument).iova(), new IommuIoasUnmap(argument).length());
            case VfioType1.MAP_DMA ->
                mapped(new VfioIommuType1DmaMap(argument).iova(), new VfioIommuType1DmaMap(argument).size());
            case VfioType1.UNMAP_DMA -> {
                if (new VfioIommuType1DmaUnmap(argument).flags() == 0) {
                    unmapped(new VfioIommuType1DmaUnmap(argument).iova(), new VfioIommuType1DmaUnmap(argument).size());
                }
            }
            default -> {}
        }
    }

    private void mapped(long iova, long size) {
        if (sizes.put(iova, size) != null) {
            faults.add("0x%x was mapped twice".formatted(iova));
        }
    }

    private void unmapped(long iova, long size) {
        Long known = sizes.remove(iova);
        if (known == null || known != size) {
            faults.add("0x%x bytes were removed at 0x%x, where %s were".formatted(size, iova, known));
        }
    }
}
