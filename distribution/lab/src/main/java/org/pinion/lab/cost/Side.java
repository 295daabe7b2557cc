package org.pinion.lab.cost;

import java.io.IOException;
import org.pinion.api.IommuException;

/** One of those that are compared. It keeps nothing open between rounds that another side needs. */
interface Side extends AutoCloseable {

    /**
     * Lets the device in, runs a round, and lets the device out.
     *
     * @param work what to do
     * @param base the first IOVA
     * @return nanoseconds that the pairs took
     * @throws IOException if the C program does not answer
     * @throws IommuException if anything fails: a round that was not whole counts for nothing
     */
    long round(Work work, long base) throws IOException, IommuException;

    @Override
    void close() throws IOException, IommuException;
}
