package org.pinion.spi.backend;

import java.util.List;
import java.util.Set;
import org.osgi.annotation.versioning.ConsumerType;
import org.pinion.api.AddressRange;
import org.pinion.api.Budget;
import org.pinion.api.DeviceLimits;
import org.pinion.api.IommuException;
import org.pinion.api.Ledger;
import org.pinion.api.Mapping;
import org.pinion.api.RangeSet;

/**
 * One IO address space of the kernel, an IOAS, a container's domain, an IOTLB; and, where a policy sets devices apart,
 * further ones that hold the same.
 *
 * <p>The core calls a session from one thread at a time, and never under a lock of its own: the thread of whoever
 * changes the address space, each time another one, or one of the core's where a plugin or a device has changed. There
 * is no limit of time for what the kernel is asked, but other changes of the same address space wait meanwhile, for
 * {@code writer.wait} of PID {@code org.pinion.core}, and are then told what the session is at; after that time it is
 * told to listeners, too ({@link org.pinion.api.DmaTopics#PLUGIN_SLOW}). {@link #capabilities}, {@link #expect}, {@link
 * #attached}, {@link #handsOver} and {@link #handOver} wait for nothing: they have the time of any plugin, {@code
 * plugin.budget}, on a thread of the core's. After {@link #close} and {@link #handOver} nothing but {@link #close} is
 * called.
 *
 * <p>A method that throws has changed nothing, unless it says otherwise. What is thrown that is no
 * {@link IommuException}, and an answer of null, is told as the backend's failure, and taken for the kernel's refusal.
 * A session does not keep what it was told beyond what the kernel needs: the table of mappings is the core's.
 */
@ConsumerType
public interface BackendSession extends AutoCloseable {

    /** {@return what the session can do; the same answer for its whole life} */
    BackendCapabilities capabilities();

    /**
     * Learns what a device allows, without letting it into this address space: opens it and asks the kernel about an
     * empty address space. The device stays open until it is attached and detached, or released. Asked again, of a
     * device that is open or attached, it answers what holds now and opens nothing.
     *
     * @param device the device's address
     * @return its limits, as the kernel will enforce them
     * @throws IommuException if there is no such device, it is in use or the kernel refuses it; the device is not open
     */
    DeviceLimits preflight(String device) throws IommuException;

    /**
     * What {@link #preflight} is likely to say of a device that another session has, without opening it: so that a
     * move to this session can be refused before the device is taken away. What a guess cannot know is taken as it
     * would be best.
     *
     * @param elsewhere what was learned of the device by another session, perhaps of another backend
     * @return the limits that are to be expected here; by default the same, but for the BARs, of which nothing is
     *     known here
     */
    default DeviceLimits expect(DeviceLimits elsewhere) {
        return elsewhere.withoutExports("the backend hands no device's memory (a BAR) out");
    }

    /**
     * Gives up a device that was learned about and will not be attached. A device that is not open is ignored.
     *
     * @param device the device's address
     * @throws IommuException if the kernel refuses; the session forgets the device all the same
     */
    void release(String device) throws IommuException;

    /**
     * Lets a device that was learned about into this address space. Called once until it is detached.
     *
     * @param device the device's address
     * @return the device, open for reading and writing its regions
     * @throws IommuException if the kernel refuses; the device stays open, outside
     */
    DeviceHandle attach(String device) throws IommuException;

    /**
     * Takes a device out of this address space and closes it. The core has ended its handle for drivers before, and no
     * call of the handle is under way.
     *
     * @param device the device's address
     * @throws IommuException if the device is not attached or the kernel refuses
     */
    void detach(String device) throws IommuException;

    /**
     * Gives a device an IO address space of its own: from now on it reaches what is mapped here, but for what it
     * forbids itself, and so it does after every later change of the mappings. What it forbids does not keep anything
     * out here any more. Pages are pinned once for both. An attached device is moved without a moment in which it
     * reaches less than before, where the kernel can; one that is only learned about is let in there by
     * {@link #attach}. Members of an IOMMU group go together; the core calls for each.
     *
     * <p>The core calls it where a policy said so, and only if {@link BackendCapabilities#oneSpaceOnly} is empty.
     *
     * @param device the device's address; that of a device that is apart already changes nothing
     * @param mapped what is mapped here now
     * @throws IommuException if the kernel refuses; the device stays where it is. After a failure the core calls this
     *     method or the other one again, until one of them succeeds
     */
    default void separate(String device, List<Mapping> mapped) throws IommuException {
        throw new IommuException("set " + device + " apart", capabilities().oneSpaceOnly(), "use another backend");
    }

    /**
     * Takes a device back that was {@linkplain #separate set apart}: what is mapped here is then what it reaches.
     *
     * @param device the device's address; that of a device that is not apart is ignored
     * @throws IommuException if the kernel refuses, such as for a mapping that the device forbids; the device stays
     *     apart
     */
    default void join(String device) throws IommuException {
        // Without a way to be apart all are together.
    }

    /**
     * What the kernel lets be mapped now, with the devices attached now that are not apart. Asked after every attach:
     * the core takes the device out again if the kernel enforces other limits than were predicted.
     *
     * @return the usable IO virtual addresses, each range with its last address, which may be 2<sup>64</sup>-1; with no
     *     device attached {@link RangeSet#ALL}, or what the kernel limits even then
     * @throws IommuException if the kernel does not tell
     */
    RangeSet usable() throws IommuException;

    /**
     * Maps, at exactly the given addresses. Nothing else may be mapped there then: what an earlier failure may have
     * left behind makes it fail, and is not replaced. What is mapped stays until it is unmapped or the session closed,
     * whatever devices come and go, and with no device at all.
     *
     * @param mapping what to map: its first address, its size and where its bytes begin are multiples of {@linkplain
     *     BackendCapabilities#pageSize the page} and of the alignment of every device attached; it ends with its last
     *     address, which may be 2<sup>64</sup>-1, so that its size fits; nothing is mapped there; its route is one of
     *     {@link #capabilities()} that its backing goes by
     * @throws IommuException if the kernel refuses, with its errno, the range and the cause in words;
     *     {@link InDoubtException} if that left something that could not be undone
     */
    void map(Mapping mapping) throws IommuException;

    /**
     * Removes a mapping that {@link #map} or {@link #cut} made, all of it.
     *
     * @param mapping the mapping, equal to the one that was made
     * @throws IommuException if the kernel refuses, or removed less than the whole mapping: then it throws, and the
     *     mapping must be taken as gone in part; with the errno {@code ENOENT} only if nothing of it is there
     */
    void unmap(Mapping mapping) throws IommuException;

    /**
     * Shrinks a mapping to some parts of it. Where the kernel can, the parts that stay remain pinned throughout; where
     * it cannot, they are removed and mapped again.
     *
     * @param mapping the mapping, equal to the one that was made
     * @param keep the parts that stay, sorted, not touching each other; each becomes a mapping of its own
     * @throws IommuException if the kernel refuses. The core reads what is left from {@link CutException} if it is one,
     *     takes all as in doubt after {@link InDoubtException}, and the mapping as untouched otherwise
     */
    default void cut(Mapping mapping, List<AddressRange> keep) throws IommuException {
        try {
            unmap(mapping);
        } catch (IommuException failure) {
            throw new InDoubtException(failure);
        }
        for (int done = 0; done < keep.size(); done++) {
            try {
                map(mapping.slice(keep.get(done)));
            } catch (InDoubtException unknown) {
                throw unknown;
            } catch (IommuException failure) {
                throw new CutException(keep.subList(0, done), failure);
            }
        }
    }

    /**
     * Whether the kernel pins what is mapped here for a device.
     *
     * @param device the address of a device that is open, attached or not
     * @return whether it does while the device is attached; by default it does. It does not for an mdev, whose driver
     *     pins what it uses
     */
    default boolean pins(String device) {
        return true;
    }

    /**
     * Whether every device for which the kernel pins has pages pinned for itself, so that a page counts once for each.
     *
     * @return whether it is so; by default a page is pinned once, however many devices are attached
     */
    default boolean pinsForEachDevice() {
        return false;
    }

    /**
     * Whether the parts that stay of a mapping remain pinned through {@link #cut}.
     *
     * @return whether they do; by default they do not, and are pinned anew
     */
    default boolean keepsCutPages() {
        return false;
    }

    /**
     * Whether the parts that stay of one mapping remain mapped and pinned through {@link #cut}, but for a moment.
     *
     * @param mapping a mapping
     * @return whether they do; by default all do or none, as {@link #keepsCutPages} says
     */
    default boolean keepsThroughCut(Mapping mapping) {
        return keepsCutPages();
    }

    /**
     * Begins to track which pages devices write. Called once until {@link #stopDirtyTracking}. Tracking goes on through
     * everything that is done to the session: a device that attaches is tracked too or refused; what was written to a
     * mapping that is removed or cut, or by a device that is detached, is remembered.
     *
     * @return how it is tracked
     * @throws IommuException if the session cannot tell, with the reason, such as the device whose IOMMU does not;
     *     nothing is tracked then
     */
    default DirtyTracking startDirtyTracking() throws IommuException {
        throw new IommuException(
                "track dirty pages", "the backend does not tell which pages devices write", "use another backend");
    }

    /**
     * Tells which pages were written since they were told last, and forgets them. Called only while tracking.
     *
     * @param range which addresses; start and end are multiples of {@link DirtyTracking#pageSize}
     * @return the pages, all of them in the range
     * @throws IommuException if the kernel does not tell; what was written is told the next time
     */
    default RangeSet takeDirty(AddressRange range) throws IommuException {
        throw new IommuException("tell dirty pages", "the backend does not track them", "");
    }

    /**
     * Ends the tracking; what was not told is forgotten. Without tracking it does nothing.
     *
     * @throws IommuException if the kernel refuses; the session takes it for ended all the same
     */
    default void stopDirtyTracking() throws IommuException {
        // A session that tracks nothing has nothing to end.
    }

    /**
     * What the kernel would still take. The core refuses beforehand what would not fit.
     *
     * @return the limits that the session knows; by default none
     */
    default Budget budget() {
        return Budget.UNKNOWN;
    }

    /** {@return what the address space holds and what it cost, as the backend counts it} */
    Ledger ledger();

    /**
     * In which versions the session can be handed over.
     *
     * @return the versions; by default none: the session then ends with its bundle
     */
    default Set<Integer> handsOver() {
        return Set.of();
    }

    /**
     * Lets go of everything that the session has of the kernel, and changes none of it: mappings, pins, attached
     * devices and their DMA go on, and devices that are only learned about stay open. Called by the core when the
     * backend's service leaves, or somebody asks for a successor, of a session that was opened and of one that was
     * adopted before; no handle of a device is being used then, and none is used again, nor the session itself.
     *
     * @param version one of {@link #handsOver}
     * @return everything, in plain values
     * @throws IommuException if it cannot be handed over; the session has let go of nothing
     */
    default HandOver handOver(int version) throws IommuException {
        throw new IommuException("hand an address space over", "its backend hands nothing over", "");
    }

    /**
     * The handle of a device that is attached already: asked of a session that was adopted, for each device that was
     * attached when it was handed over.
     *
     * @param device the device's address
     * @return the device, open for reading and writing its regions
     * @throws IommuException if it is not attached
     */
    default DeviceHandle attached(String device) throws IommuException {
        throw new IommuException("go on with " + device, "its backend adopts no devices", "");
    }

    /**
     * From now on this process may end at any moment, and another one go on with the session: {@link #capabilities}
     * says from then on only what can be gone on with. Asked before anything else, once, of a session that was opened
     * or adopted.
     *
     * @param operation what is being done
     * @throws IommuException if no other process could go on with it, with the reason; by default
     */
    default void outliveProcess(String operation) throws IommuException {
        throw new IommuException(
                operation,
                "its backend does not let an address space outlive the process",
                "open one that ends with the process, or use backend iommufd");
    }

    /**
     * What another process would need if this one ended now, without letting go of anything: files and particulars, but
     * no memory of this process. Asked only after {@link #outliveProcess}.
     *
     * @param leaving addresses of devices that are about to be detached, and left out
     * @return what {@link IommuBackend#adopt} takes in the other process
     * @throws IommuException if it cannot be told
     */
    default HandOver lasting(Set<String> leaving) throws IommuException {
        throw new IommuException("tell what outlives the process", "its backend does not let anything", "");
    }

    /**
     * Charges this process for what the kernel keeps pinned on behalf of the one that has ended, and clears up what
     * that one was in the midst of. Asked once, before anything else, of a session that was adopted from the record of
     * another process.
     *
     * @param operation what is being done
     * @param entries what is mapped for certain
     * @param doubtful what may be mapped, wholly or in part, or not at all: afterwards nothing of it is
     * @throws IommuException if the kernel does not; whoever adopts next is asked again
     */
    default void changeProcess(String operation, List<Mapping> entries, List<Mapping> doubtful)
            throws IommuException {
        throw new IommuException(operation, "its backend does not go on with what another process had", "");
    }

    /**
     * Detaches and closes every device, removes every mapping, gives the address space back. Closing twice does
     * nothing. A session that was handed over has nothing to give back: closing it touches nothing that it had.
     *
     * @throws IommuException if the kernel did not take something back; everything else was given back
     */
    @Override
    void close() throws IommuException;
}
