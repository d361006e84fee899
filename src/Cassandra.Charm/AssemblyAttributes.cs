using System.Runtime.CompilerServices;

// libc imports then compile to plain calls: no marshalling stub, no hidden conversion of a structure.
[assembly: DisableRuntimeMarshalling]
