namespace Orleans.Runtime;

/// <summary>Told about every change of a silo's status, in the order of the table's versions. Must return quickly.</summary>
public interface ISiloStatusListener
{
    void SiloStatusChangeNotification(SiloAddress updatedSilo, SiloStatus status);
}
