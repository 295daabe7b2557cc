/** What facts about a host mean for devices and their DMA, and what helps: functions of values. */
package org.pinion.doctor.judge;
