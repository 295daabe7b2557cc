package org.pinion.holder;

import java.util.ArrayList;
import java.util.List;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.pinion.api.IommuException;
import org.pinion.spi.holder.HeldSpace;
import org.pinion.spi.holder.SpaceHolder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps what it is given until somebody takes it. Immediate: it must not end for want of somebody who uses it. */
@Component(immediate = true)
public final class Holder implements SpaceHolder {

    private static final Logger LOG = LoggerFactory.getLogger(Holder.class);

    private final List<HeldSpace> held = new ArrayList<>();
    private boolean ended;

    @Override
    public synchronized void hold(HeldSpace space) {
        if (ended) {
            giveBack(space);
        } else {
            held.add(space);
        }
    }

    @Override
    public synchronized List<HeldSpace> take() {
        List<HeldSpace> taken = List.copyOf(held);
        held.clear();
        return taken;
    }

    /** Nobody can take anything any more. */
    @Deactivate
    synchronized void end() {
        ended = true;
        take().forEach(Holder::giveBack);
    }

    private static void giveBack(HeldSpace space) {
        LOG.warn("address space '{}' is closed: no core has gone on with it", space.name());
        try {
            space.giveBack("close '" + space.name() + "'");
        } catch (IommuException failure) {
            LOG.error("closing address space '{}': {}", space.name(), failure.getMessage());
        }
    }
}
