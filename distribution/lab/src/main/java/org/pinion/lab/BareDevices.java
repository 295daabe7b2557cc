package org.pinion.lab;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.pinion.device.cause.DeviceAccess;
import org.pinion.linux.ErrnoException;

/** Devices opened by the kernel's own calls and not by an address space of Pinion's, for tests of a device alone. */
interface BareDevices extends AutoCloseable {

    /** Opens a device into the address space that all of them share. */
    DeviceAccess open(String address) throws Exception;

    /** Lets the devices reach memory; one of them must be open. */
    void map(long iova, MemorySegment memory) throws ErrnoException;

    /** The descriptors of the groups through which the devices were opened; none if there are none. */
    List<Integer> groups();

    /** Closes the devices and all else. */
    @Override
    void close() throws ErrnoException;

    static BareDevices of(Lab lab, String backend) throws ErrnoException {
        return backend.equals("vfio") ? new BareContainer(lab.kernel()) : new BareIommufd(lab.kernel());
    }
}
