package org.pinion.core.space;

/**
 * What a space is made of.
 *
 * @param session what holds the mappings
 * @param devices the devices attached to it
 * @param table the installed mappings
 * @param inForce the plan in force
 * @param published what readers see
 * @param turn lets one writer at a time at the space
 * @param presence whether the backend is there
 * @param dirtyLogs the log of written pages
 * @param news tells listeners
 */
record SpaceParts(
        GuardedSession session,
        Devices devices,
        Table table,
        PlanInForce inForce,
        Publication published,
        WriterTurn turn,
        BackendPresence presence,
        DirtyLogs dirtyLogs,
        SpaceNews news) {}
