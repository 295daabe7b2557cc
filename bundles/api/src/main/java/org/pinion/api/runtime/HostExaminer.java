package org.pinion.api.runtime;

import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Looks at the host, an OSGi service; every one that is there is asked. Looking changes nothing that lasts, waits for
 * no other program, and may be done from any thread.
 */
@ProviderType
public interface HostExaminer {

    /**
     * Looks at the host as it is now. What cannot be looked at is a finding too.
     *
     * @return what was found, in an order that people can follow. The host lets devices be used if, of the findings of
     *     all examiners, none is a {@link Finding.Level#PROBLEM}
     */
    List<Finding> examine();
}
