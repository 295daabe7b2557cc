package org.pinion.api.runtime;

import java.util.Map;
import org.osgi.annotation.versioning.ProviderType;
import org.pinion.api.IommuException;

/**
 * Tries out the configuration of a policy before it is put in force: a service. Opening a draft changes nothing for
 * the spaces that are open. Methods may be called from any thread.
 */
@ProviderType
public interface PolicyDrafts {

    /**
     * The factory PID of the configurations that it takes.
     *
     * @return the PID, such as {@code org.pinion.policy.rules}
     */
    String factoryPid();

    /**
     * Makes a policy of a configuration.
     *
     * @param place where the configuration is, for messages: a file
     * @param properties the configuration, as ConfigurationAdmin would hand it on
     * @return the policy, which address spaces can require by its own name until it is closed
     * @throws IommuException if the configuration would be refused: the message says where and why
     */
    PolicyDraft open(String place, Map<String, ?> properties) throws IommuException;
}
