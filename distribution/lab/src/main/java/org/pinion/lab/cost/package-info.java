/**
 * What mapping costs: a C program that issues the ioctls and nothing else, a backend's session alone, and whole commits
 * of an address space, in turn and on the same device and memory.
 */
package org.pinion.lab.cost;
