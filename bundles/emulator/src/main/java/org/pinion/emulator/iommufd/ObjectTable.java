package org.pinion.emulator.iommufd;

import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.pinion.emulator.syscall.SyscallException;
import org.pinion.linux.Errno;

/** The objects of an iommufd by id: ids start at 1, the lowest free one is given first, all types share them. */
final class ObjectTable {

    private final Map<Integer, IommufdObject> objects = new HashMap<>();
    private final BitSet used = new BitSet();

    ObjectTable() {
        used.set(0);
    }

    boolean isEmpty() {
        return objects.isEmpty();
    }

    void add(IommufdObject object) {
        reserve(object);
        publish(object);
    }

    /** Gives an object its id; under that it is not there before it is {@link #publish published}. */
    void reserve(IommufdObject object) {
        int id = used.nextClearBit(1);
        used.set(id);
        object.id(id);
    }

    void publish(IommufdObject object) {
        objects.put(object.id(), object);
    }

    void remove(IommufdObject object) {
        objects.remove(object.id());
        used.clear(object.id());
    }

    List<IommufdObject> all() {
        return List.copyOf(objects.values());
    }

    /** The object of an id, or null. */
    IommufdObject find(int id) {
        return objects.get(id);
    }

    /** The object of an id, ENOENT if there is none. */
    IommufdObject get(int id) throws SyscallException {
        IommufdObject object = objects.get(id);
        SyscallException.require(object != null, Errno.ENOENT);
        return object;
    }

    /** The device of an id, ENOENT if there is none or it is something else. */
    PhysicalDevice device(int id) throws SyscallException {
        if (objects.get(id) instanceof PhysicalDevice device) {
            return device;
        }
        throw new SyscallException(Errno.ENOENT);
    }

    /** The page table of an id that shows an address space itself, ENOENT if there is none or it is something else. */
    PageTable pageTable(int id) throws SyscallException {
        if (objects.get(id) instanceof PageTable table && !(table instanceof NestedTable)) {
            return table;
        }
        throw new SyscallException(Errno.ENOENT);
    }

    /** The address space of an id, ENOENT if there is none or it is something else. */
    Ioas ioas(int id) throws SyscallException {
        if (objects.get(id) instanceof Ioas ioas) {
            return ioas;
        }
        throw new SyscallException(Errno.ENOENT);
    }
}
