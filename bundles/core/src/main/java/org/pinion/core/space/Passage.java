package org.pinion.core.space;

import org.pinion.api.IommuException;
import org.pinion.core.plan.Planned;

/**
 * The way of a space from one session to another, around what happens to its table: in the first one everything is
 * unmapped between the first step and the second, in the other one everything is mapped between the second and the
 * last. What is to be undone if a later step fails is left with the transaction, which works on the first session.
 */
interface Passage {

    /**
     * Brings everything to rest.
     *
     * @param undo takes what undoes it
     */
    void leave(Transaction undo) throws IommuException;

    /**
     * Goes over to the other session.
     *
     * @param undo takes what undoes it
     * @return what is to be mapped there
     */
    Planned arrive(Transaction undo) throws IommuException;

    /** Lets everything go on. */
    void goOn() throws IommuException;
}
