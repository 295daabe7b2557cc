package org.pinion.spi.backend;

import java.util.List;
import org.pinion.api.AddressRange;
import org.pinion.api.IommuException;

/** A cut failed half-way: of the mapping that was to be cut, only {@link #left()} is still there. */
public class CutException extends IommuException {

    private static final long serialVersionUID = 1L;

    private final transient List<AddressRange> left;

    /**
     * Says what failed, and what is left.
     *
     * @param left the parts that are mapped, each a mapping of its own
     * @param cause what failed
     */
    public CutException(List<AddressRange> left, IommuException cause) {
        super(
                cause.operation(),
                cause.errno().orElse(null),
                cause.range().orElse(null),
                cause.why(),
                cause.remedy(),
                cause);
        this.left = List.copyOf(left);
    }

    /** {@return the parts that are mapped, sorted, each a mapping of its own} */
    public List<AddressRange> left() {
        return left;
    }
}
