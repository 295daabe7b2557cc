package org.pinion.api;

import java.util.Collection;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * An IO address space that devices share: what they may reach by DMA. What is mapped is a function of the flat view,
 * the attached devices and the plugins alone, never of the order in which they came.
 *
 * <p>Methods may be called from any thread. Changes to one space are made one after the other; a caller that has waited
 * longer than the core's configured time gets an {@link IommuException} that names what it waited for. Reading never
 * waits.
 */
@ProviderType
public interface AddressSpace extends AutoCloseable {

    /** {@return how the space was opened; once it was moved, with the backend that has it now} */
    SpaceOptions options();

    /** {@return the space as it is now; never waits} */
    SpaceSnapshot snapshot();

    /**
     * Plans, and changes nothing.
     *
     * @param view the flat view to plan for
     * @param plug addresses of devices to plan with beside those attached; their limits are learned from the kernel
     *     without attaching them to this space
     * @return the plan; it may contain refusals
     * @throws IommuException if a device is unknown or its limits cannot be learned, or a plugin that the space
     *     requires is missing or fails
     */
    Plan preview(FlatView view, Collection<String> plug) throws IommuException;

    /**
     * Says what attaching a device would do to the mappings, and does nothing: {@link #attach} would do exactly that,
     * unless something changes meanwhile.
     *
     * @param view the flat view
     * @param with addresses of devices that are taken for attached beside those that are
     * @param plug the address of the device to attach
     * @return what would happen; it may be that the device is refused
     * @throws IommuException as {@link #preview} does, and if the device is attached already
     */
    Forecast forecast(FlatView view, Collection<String> with, String plug) throws IommuException;

    /**
     * Makes the kernel's mappings match a new flat view: all of the change, or nothing.
     *
     * @param view the flat view that is to be reachable
     * @return what was done
     * @throws RefusedException if a policy refuses; nothing was changed
     * @throws IommuException if the kernel refuses or a plugin fails. The space is as it was before, but where even
     *     undoing failed: then its snapshot is {@link SpaceSnapshot.State#DEGRADED} and lists what is missing; the next
     *     successful commit heals it
     */
    CommitReport commit(FlatView view) throws IommuException;

    /**
     * Makes the kernel's mappings match the flat view in force after a change of it: all of the change, or nothing. The
     * result is the one that {@link #commit(FlatView)} of the changed view has; the cost is that of the change, not of
     * the view: only the sections that come are classified and judged.
     *
     * <p>By default the changed view is committed as a whole, and a change that another thread makes meanwhile is lost.
     *
     * @param change what goes and what comes
     * @return what was done
     * @throws RefusedException if a policy refuses; nothing was changed
     * @throws IommuException if the change does not fit the view in force, and as {@link #commit(FlatView)} does
     */
    default CommitReport commit(FlatViewChange change) throws IommuException {
        try {
            return commit(snapshot().plan().view().with(change));
        } catch (IllegalArgumentException unfit) {
            throw change.unfit(unfit);
        }
    }

    /**
     * Attaches a device: learns its limits, plans with them, unmaps what they exclude, attaches. All of it, or nothing.
     *
     * @param device the device's address
     * @return the device, open
     * @throws RefusedException if a policy refuses; the device was not attached to this space
     * @throws IommuException if the device is unknown, already attached, or the kernel refuses
     */
    AttachedDevice attach(String device) throws IommuException;

    /**
     * Finds an attached device: for who has found the space by its name, and for drivers when the core was replaced.
     *
     * @param address the device's address
     * @return the device, open; empty if it is not attached
     */
    default Optional<AttachedDevice> device(String address) {
        return Optional.empty();
    }

    /**
     * Finds memory of a process that has ended, in a space that has outlived it ({@link SpaceOptions#lasting}). It is
     * mapped into this process, where what the space's view shows has its address; it is given back when it is closed
     * or the space is.
     *
     * @param backing what a section of the view shows
     * @return the memory file that it lies in, the whole of it; empty if it is none, or one of this process
     */
    default Optional<HostMemory> memory(Backing backing) {
        return Optional.empty();
    }

    /**
     * Detaches a device, and maps what only it had kept out.
     *
     * @param device the device's address
     * @return what was done to the mappings
     * @throws IommuException if the device is not attached or the kernel refuses
     */
    CommitReport detach(String device) throws IommuException;

    /**
     * Begins to log which pages devices write. There is one log at a time. Devices may come and go meanwhile, and the
     * view may change; a device whose writes the kernel could not tell is not attached while the log is open.
     *
     * @return the log, with nothing in it; the caller closes it
     * @throws IommuException if the space has a log already, or its backend, the kernel or the IOMMU of an attached
     *     device does not tell what devices write; the message says which
     */
    default DirtyLog logDirtyPages() throws IommuException {
        throw new IommuException(
                "log dirty pages of '" + options().name() + "'", "this address space does not tell them", "");
    }

    /**
     * Lets plugins that have come or gone have their way: what they refuse is taken out of the view in force, and the
     * mappings become what they want. All of it, or nothing. What is shown again is planned again, and refused again.
     *
     * @return what was done
     * @throws RefusedException if they refuse more by now; nothing was changed
     * @throws IommuException if nothing is pending, or no plan could be made (a policy is missing), and as {@link
     *     #commit} does
     */
    default CommitReport acceptPending() throws IommuException {
        String operation = "accept what is pending in '" + options().name() + "'";
        Pending pending =
                snapshot().pending().orElseThrow(() -> new IommuException(operation, "nothing is pending", ""));
        if (pending.plan().isEmpty()) {
            throw new IommuException(
                    operation,
                    "no plan could be made: " + pending.reason(),
                    "see to it that the plugins are there and well; then it is planned anew");
        }
        return commit(pending.withoutRefused());
    }

    /**
     * Leaves everything as it is and forgets what is pending, until plugins come or go again.
     *
     * @throws IommuException if the space is closed, or changes cannot be made now
     */
    default void discardPending() throws IommuException {
        throw new IommuException("discard what is pending", "this address space keeps nothing pending", "");
    }

    /**
     * Says why a device can or cannot reach an address.
     *
     * @param address an unsigned IO virtual address
     * @return the answer, for the space as it is now
     */
    Explanation why(long address);

    /**
     * Has something done when the space has closed: when no device reaches anything through it any more, whoever closed
     * it.
     *
     * @param action what to do, once, on the thread that closes the space; at once if it is closed already. It must not
     *     wait; what it throws is logged
     */
    void whenClosed(Runnable action);

    /**
     * Detaches every device, unmaps everything and gives all back to the kernel. Closing a closed space does nothing.
     *
     * @throws IommuException if the kernel did not take something back; the space is closed all the same
     */
    @Override
    void close() throws IommuException;
}
