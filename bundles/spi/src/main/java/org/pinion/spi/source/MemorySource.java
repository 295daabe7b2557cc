package org.pinion.spi.source;

import java.util.List;
import java.util.Map;
import org.osgi.annotation.versioning.ConsumerType;
import org.pinion.api.FlatView;
import org.pinion.api.IommuException;

/**
 * Reads flat views from somewhere, such as a running VMM or a file: a service that carries {@link SourceType}. Called
 * from any thread, several at a time, never under a lock. A call may take {@code source.budget} of PID {@code
 * org.pinion.core}, thirty seconds if nobody has configured it. One that throws something else than it declares,
 * returns null or does not return in time has failed; a source that fails three times in a row is not asked any more
 * until its bundle is updated or somebody releases it ({@code dma:release}). An {@link IommuException} is an answer,
 * not a failure.
 */
@ConsumerType
public interface MemorySource {

    /**
     * Reads a flat view, whole or not at all. Each call reads anew, and leaves nothing open.
     *
     * @param settings what to read, by the source's own documented keys; an unknown key is an error
     * @return the view
     * @throws IommuException if there is nothing to read or it is not what it should be: the message says what, in
     *     which file and line
     */
    FlatView read(Map<String, String> settings) throws IommuException;

    /**
     * Reads flat views that followed one another, as far as the source knows them.
     *
     * @param settings what to read, as {@link #read} takes them
     * @return at least one view, the oldest first; the last is the one that {@link #read} gives. By default it is the
     *     only one
     * @throws IommuException as {@link #read} does
     */
    default List<FlatView> history(Map<String, String> settings) throws IommuException {
        return List.of(read(settings));
    }
}
